// A workspace whose runs end by the clock: `timed_workspace RUNS SECONDS LIMIT` prints its address and serves until it
// is killed. What clients of three languages pay for watching it is counted here, outside of them.
//
// Runs kRuns + i have one task; run kLarge has RUNS tasks, whose own run ids are kTasks + i. The i-th of either ends at
// i / RUNS of SECONDS after POST /start (SECONDS 0: never). LIMIT is the number of runs/get, and of runs/list, a
// second, 0 for any. A client may start the runs kRuns + i itself, in this order; they are there all the same.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace json = boost::json;

namespace {

constexpr std::int64_t kRuns = 3'000'000;
constexpr std::int64_t kLarge = 4'000'000;
constexpr std::int64_t kTasks = 5'000'000;
constexpr std::size_t kPage = 100;
constexpr std::size_t kListPage = 24;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

struct Call {
  std::string path;
  std::map<std::string, std::string> query;
  std::string body;
};

struct Bucket {
  double tokens = 0;
  std::int64_t filled_ms = 0;
};

struct Answer {
  int status = 200;
  json::object body;
};

class Workspace {
 public:
  Workspace(std::int64_t runs, double seconds, double limit) : runs_(runs), seconds_(seconds), limit_(limit) {}

  Answer answer(const Call& call) {
    if (call.path == "/start") return start();
    if (call.path == "/counts") return {200, counts_};
    count(call.path + (call.query.contains("completed_only") ? " completed" : ""));
    if (call.path.ends_with("/jobs/list")) return {200, {{"jobs", jobs_}}};
    if (call.path.ends_with("/jobs/create")) return create(call);
    if (call.path.ends_with("/run-now")) return {200, {{"run_id", kRuns + started_++}}};
    if (is_too_much(call.path)) return {429, {{"error_code", "REQUEST_LIMIT_EXCEEDED"}, {"message", "too many"}}};
    if (call.path.ends_with("/runs/list")) return list(call);
    if (!call.path.ends_with("/runs/get")) return {404, {{"error_code", "ENDPOINT_NOT_FOUND"}, {"message", call.path}}};
    return get(std::atoll(argument(call, "run_id").c_str()),
               std::strtoul(argument(call, "page_token").c_str(), nullptr, 10));
  }

 private:
  static std::string argument(const Call& call, const char* name) {
    const auto found = call.query.find(name);
    return found == call.query.end() ? std::string() : found->second;
  }

  Answer start() {
    began_ms_ = now_ms();
    counts_ = json::object();
    buckets_.clear();
    return {200, {{"began_ms", began_ms_}}};
  }

  void count(std::string_view what) {
    json::value& known = counts_[what];
    known = known.is_int64() ? known.get_int64() + 1 : 1;
  }

  Answer create(const Call& call) {
    json::value settings = json::parse(call.body);
    jobs_ = {{{"job_id", 7}, {"created_time", 1}, {"settings", std::move(settings)}}};
    return {200, {{"job_id", 7}}};
  }

  bool is_too_much(const std::string& path) {
    if (limit_ <= 0) return false;
    const std::int64_t now = now_ms();
    Bucket& bucket = buckets_.try_emplace(path, Bucket{limit_, now}).first->second;
    bucket.tokens = std::min(limit_, bucket.tokens + static_cast<double>(now - bucket.filled_ms) * limit_ / 1'000);
    bucket.filled_ms = now;
    if (bucket.tokens < 1) {
      count("429");
      if (now - began_ms_ > 1'000) count("429 after the first second");
      return true;
    }
    bucket.tokens -= 1;
    return false;
  }

  std::int64_t end_ms(std::int64_t number) const {
    if (seconds_ <= 0) return std::int64_t{1} << 60;
    return began_ms_ +
           static_cast<std::int64_t>(seconds_ * 1'000 * static_cast<double>(number + 1) / static_cast<double>(runs_));
  }
  bool over(std::int64_t number) const { return end_ms(number) <= now_ms(); }
  // The runs that ended are the first ones.
  std::int64_t number_over() const {
    std::int64_t low = 0;
    for (std::int64_t high = runs_; low < high;) {
      const std::int64_t middle = (low + high) / 2;
      over(middle) ? low = middle + 1 : high = middle;
    }
    return low;
  }

  void set_state(json::object& part, std::int64_t number) const {
    part["start_time"] = began_ms_;
    part["attempt_number"] = 0;
    if (over(number)) {
      part["state"] = {{"life_cycle_state", "TERMINATED"}, {"result_state", "SUCCESS"}, {"state_message", ""}};
      part["status"] = {{"state", "TERMINATED"},
                        {"termination_details", {{"code", "SUCCESS"}, {"type", "SUCCESS"}, {"message", ""}}}};
      part["end_time"] = end_ms(number);
    } else {
      part["state"] = {{"life_cycle_state", "RUNNING"}, {"state_message", ""}};
      part["status"] = {{"state", "RUNNING"}};
      part["end_time"] = 0;
    }
  }

  json::object task(std::int64_t number, std::int64_t run_id) const {
    json::object part{{"task_key", "task_" + std::to_string(number)},
                      {"run_id", run_id},
                      {"notebook_task", {{"notebook_path", "/Shared/notebook"}}}};
    set_state(part, number);
    return part;
  }

  json::object one_run(std::int64_t run_id, std::int64_t number, bool with_tasks) const {
    json::object run{{"job_id", 7}, {"run_id", run_id}, {"run_name", "bench"}, {"format", "MULTI_TASK"}};
    set_state(run, number);
    if (with_tasks) run["tasks"] = {task(number, run_id + 100'000'000)};
    return run;
  }

  Answer get(std::int64_t run_id, std::size_t offset) const {
    if (run_id < kLarge && run_id - kRuns >= runs_)
      return {404, {{"error_code", "RESOURCE_DOES_NOT_EXIST"}, {"message", "Run does not exist."}}};
    if (run_id >= kTasks) return {200, one_run(run_id, run_id - kTasks, true)};
    if (run_id != kLarge) {
      json::object run = one_run(run_id, run_id - kRuns, true);
      run["repair_history"] = {{{"type", "ORIGINAL"}}};
      return {200, std::move(run)};
    }
    json::object run = one_run(run_id, runs_ - 1, false);
    json::array tasks;
    const auto end = std::min(static_cast<std::size_t>(runs_), offset + kPage);
    for (std::size_t i = offset; i < end; ++i) {
      const auto number = static_cast<std::int64_t>(i);
      tasks.push_back(task(number, kTasks + number));
    }
    run["tasks"] = std::move(tasks);
    run["repair_history"] = {{{"type", "ORIGINAL"}}};
    if (end < static_cast<std::size_t>(runs_)) run["next_page_token"] = std::to_string(end);
    return {200, std::move(run)};
  }

  // Newest end first, or newest start first; a token names the run it goes on with, so that no end shifts the pages.
  Answer list(const Call& call) const {
    const bool completed = call.query.contains("completed_only");
    const std::string token = argument(call, "page_token");
    std::int64_t next = token.empty() ? (completed ? number_over() : runs_) - 1 : std::atoll(token.c_str());
    const std::int64_t last = completed ? 0 : number_over();
    json::array runs;
    for (; next >= last && runs.size() < kListPage; --next)
      runs.push_back(one_run(kRuns + next, next, call.query.contains("expand_tasks")));
    json::object body{{"runs", std::move(runs)}, {"has_more", next >= last}};
    if (next >= last) body["next_page_token"] = std::to_string(next);
    return {200, std::move(body)};
  }

  const std::int64_t runs_;
  const double seconds_;
  const double limit_;
  std::int64_t began_ms_ = now_ms();
  json::object counts_;
  std::map<std::string, Bucket> buckets_;  // by path
  json::array jobs_;
  std::int64_t started_ = 0;
};

// The first whole request of `buffer`, taken out of it.
std::optional<Call> take_call(std::string& buffer) {
  const std::size_t head = buffer.find("\r\n\r\n");
  if (head == std::string::npos) return std::nullopt;
  std::size_t length = 0;
  if (const std::size_t at = buffer.find("Content-Length: "); at < head) length = std::stoul(buffer.substr(at + 16));
  if (buffer.size() < head + 4 + length) return std::nullopt;
  Call call;
  const std::size_t from = buffer.find(' ') + 1;
  const std::string target = buffer.substr(from, buffer.find(' ', from) - from);
  call.path = target.substr(0, target.find('?'));
  for (std::size_t at = target.find('?'); at != std::string::npos; at = target.find('&', at + 1)) {
    const std::string pair = target.substr(at + 1, target.find('&', at + 1) - at - 1);
    call.query[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  call.body = buffer.substr(head + 4, length);
  buffer.erase(0, head + 4 + length);
  return call;
}

void send_all(int connection, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t more = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (more <= 0) return;
    sent += static_cast<std::size_t>(more);
  }
}

std::string as_http(const Answer& answer) {
  const std::string body = json::serialize(answer.body);
  const std::time_t now = std::time(nullptr);
  char date[64];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&now));
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) +
                     " X\r\nContent-Type: application/json\r\nDate: " + std::string(date) + "\r\n";
  if (answer.status == 429) head += "Retry-After: 1\r\n";
  return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

[[noreturn]] void serve(int listener, Workspace workspace) {
  std::vector<pollfd> sockets{{listener, POLLIN, 0}};
  std::map<int, std::string> buffers;
  for (;;) {
    ::poll(sockets.data(), sockets.size(), -1);
    if (sockets[0].revents) sockets.push_back({::accept(listener, nullptr, nullptr), POLLIN, 0});
    for (std::size_t i = 1; i < sockets.size(); ++i) {
      if (!sockets[i].revents) continue;
      char bytes[65536];
      const ssize_t got = ::recv(sockets[i].fd, bytes, sizeof bytes, 0);
      if (got <= 0) {
        ::close(sockets[i].fd);
        buffers.erase(sockets[i].fd);
        sockets.erase(sockets.begin() + static_cast<std::ptrdiff_t>(i--));
        continue;
      }
      std::string& buffer = buffers[sockets[i].fd].append(bytes, static_cast<std::size_t>(got));
      while (const std::optional<Call> call = take_call(buffer))
        send_all(sockets[i].fd, as_http(workspace.answer(*call)));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "timed_workspace RUNS SECONDS LIMIT\n");
    return 2;
  }
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 2'048) != 0) return 1;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  serve(listener, Workspace(std::atoll(argv[1]), std::atof(argv[2]), std::atof(argv[3])));
}
