#include "canned_workspace.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <csignal>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

namespace json = boost::json;

namespace brickwork::bench {

struct CannedWorkspace::Shared {
  std::atomic<std::int64_t> requests{0};
};

namespace {

constexpr std::size_t kPage = 100;

// What a request asks for, as far as these answers depend on it.
struct Call {
  std::string path;
  std::map<std::string, std::string> query;
  std::string body;
};

json::object status_of(bool failed) {
  if (!failed) return {{"state", "RUNNING"}};
  return {{"state", "TERMINATED"},
          {"termination_details", {{"code", "RUN_EXECUTION_ERROR"}, {"type", "CLIENT_ERROR"}, {"message", "failed"}}}};
}

json::object state_of(bool failed) {
  if (!failed) return {{"life_cycle_state", "RUNNING"}, {"state_message", ""}};
  return {{"life_cycle_state", "TERMINATED"}, {"result_state", "FAILED"}, {"state_message", "failed"}};
}

json::object task(std::int64_t run_id, std::size_t number, bool failed) {
  return {{"task_key", "task_" + std::to_string(number)},
          {"run_id", run_id * 10'000 + static_cast<std::int64_t>(number)},
          {"state", state_of(failed)},
          {"status", status_of(failed)},
          {"start_time", 1'763'700'000'000},
          {"attempt_number", 0},
          {"notebook_task", {{"notebook_path", "/Shared/notebook"}}}};
}

json::object run_page(std::int64_t run_id, std::size_t offset) {
  const bool failed = run_id > CannedWorkspace::kFailedRun && run_id < CannedWorkspace::kParkedRuns;
  auto count = static_cast<std::size_t>(run_id);
  if (run_id >= CannedWorkspace::kParkedRuns)
    count = static_cast<std::size_t>((run_id - CannedWorkspace::kParkedRuns) / CannedWorkspace::kOfOneSize + 1);
  if (failed) count -= CannedWorkspace::kFailedRun;

  json::object run{{"job_id", 7},
                   {"run_id", run_id},
                   {"run_name", "bench"},
                   {"start_time", 1'763'700'000'000},
                   {"state", state_of(failed)},
                   {"status", status_of(failed)},
                   {"repair_history", json::array{json::object{{"type", "ORIGINAL"}}}}};
  if (failed) run["state"].as_object()["life_cycle_state"] = "INTERNAL_ERROR";
  json::array tasks;
  const std::size_t end = std::min(count, offset + kPage);
  for (std::size_t i = offset; i < end; ++i) tasks.push_back(task(run_id, i, failed && i == 0));
  run["tasks"] = std::move(tasks);
  if (end < count) run["next_page_token"] = std::to_string(end);
  return run;
}

std::string reply(const Call& call, json::object& saved_settings) {
  const auto argument = [&](const char* name) {
    const auto found = call.query.find(name);
    return found == call.query.end() ? std::string("0") : found->second;
  };
  json::object answer;
  if (call.path.ends_with("/jobs/list")) {
    if (!saved_settings.empty()) answer["jobs"] = {json::object{{"job_id", 7}, {"settings", saved_settings}}};
  } else if (call.path.ends_with("/jobs/create")) {
    saved_settings = json::parse(call.body).as_object();
    answer["job_id"] = 7;
  } else if (call.path.ends_with("/jobs/get")) {
    answer = {{"job_id", 7}, {"settings", saved_settings}};
  } else if (call.path.ends_with("/jobs/run-now")) {
    answer = {{"run_id", 100}, {"number_in_job", 100}};
  } else if (call.path.ends_with("/runs/get")) {
    answer = run_page(std::atoll(argument("run_id").c_str()),
                      static_cast<std::size_t>(std::atoll(argument("page_token").c_str())));
  } else if (call.path.ends_with("/runs/repair")) {
    answer["repair_id"] = 9;
  }
  return json::serialize(answer);
}

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

[[noreturn]] void serve(int listener, std::atomic<std::int64_t>& requests) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  json::object saved_settings;
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
      while (const std::optional<Call> call = take_call(buffer)) {
        const std::string body = reply(*call, saved_settings);
        ++requests;
        send_all(sockets[i].fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                                    std::to_string(body.size()) + "\r\n\r\n" + body);
      }
    }
  }
}

}  // namespace

CannedWorkspace::CannedWorkspace() {
  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no shared memory");
  shared_ = new (memory) Shared;

  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 512) != 0)
    throw std::runtime_error("no port on loopback");
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  server_ = ::fork();
  if (server_ == 0) serve(listener, shared_->requests);
  ::close(listener);
}

CannedWorkspace::~CannedWorkspace() {
  ::kill(server_, SIGKILL);
  ::waitpid(server_, nullptr, 0);
  ::munmap(shared_, sizeof(Shared));
}

std::string CannedWorkspace::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::int64_t CannedWorkspace::requests() const { return shared_->requests; }

}  // namespace brickwork::bench
