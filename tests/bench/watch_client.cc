// Ours, as a C host sees it: `watch_client URL runs|started|tasks COUNT INTERVAL_MS SECONDS` watches so many runs,
// which it has started itself or not, or the tasks of one run, and prints when it learnt of each end and what that
// took. With SECONDS above 0 it ends after them.

#include <dlfcn.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "brickwork/plugin.h"

namespace json = boost::json;

namespace {

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  long pages = 0;
  statm >> pages >> pages;
  return static_cast<double>(pages) * 4096 / (1 << 20);
}

std::int64_t threads() {
  std::int64_t count = 0;
  for ([[maybe_unused]] const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}

bw_client* open_client(const bw_api* api, const std::string& url) {
  const std::string config = json::serialize(json::object{{"host", url}, {"auth_type", "pat"}, {"environment", false}});
  bw_open open{};
  open.struct_size = sizeof open;
  open.config = {config.data(), config.size()};
  bw_client* client = nullptr;
  if (api->client_open(&open, &client, nullptr) != BW_OK) std::exit(1);
  api->client_set_secret(client, "token", "bench", 5, 0, nullptr);
  return client;
}

// One definition, so that each launch is one request; without keys. Their number is what the run ids end with.
void start_runs(const bw_api* api, bw_client* client, std::uint64_t count) {
  const std::string body = json::serialize(json::object{
      {"group",
       {{"name", "bench"}, {"tasks", {{{"task_key", "a"}, {"notebook_task", {{"notebook_path", "/Shared/a"}}}}}}}}});
  for (std::uint64_t i = 0; i < count; ++i) {
    bw_op_spec spec{};
    spec.struct_size = sizeof spec;
    spec.verb = BW_GROUP_LAUNCH;
    spec.timeout_ms = -1;
    spec.body = {body.data(), body.size()};
    bw_bytes answer{};
    if (api->call(client, &spec, &answer, nullptr) != BW_OK) std::exit(1);
    api->bytes_free(&answer);
  }
}

void start_watch(const bw_api* api, bw_client* client, std::uint64_t number, bool tasks, std::int64_t interval_ms) {
  json::object request{{"run_id", tasks ? 4'000'000 : 3'000'000 + static_cast<std::int64_t>(number)},
                       {"poll_ms", interval_ms}};
  if (tasks) request["task"] = "task_" + std::to_string(number);
  const std::string body = json::serialize(request);
  bw_op_spec spec{};
  spec.struct_size = sizeof spec;
  spec.verb = BW_RUN_WATCH;
  spec.tag = number;
  spec.timeout_ms = -1;
  spec.body = {body.data(), body.size()};
  std::uint64_t op = 0;
  if (api->op_start(client, &spec, &op, nullptr) != BW_OK) std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const bool tasks = argv[2] == std::string("tasks");
  const std::uint64_t count = std::strtoull(argv[3], nullptr, 10);
  const std::int64_t seconds = std::atoll(argv[5]);
  void* library = ::dlopen(BRICKWORK_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return 1;
  const bw_api* api = reinterpret_cast<const bw_api* (*)(std::uint32_t)>(::dlsym(library, "bw_plugin_api"))(1);
  bw_client* client = open_client(api, argv[1]);
  if (argv[2] == std::string("started")) start_runs(api, client, count);
  std::printf("ready\n");
  std::fflush(stdout);
  static_cast<void>(std::getchar());
  for (std::uint64_t i = 0; i < count; ++i) start_watch(api, client, i, tasks, std::atoll(argv[4]));

  const std::int64_t stop_ms = seconds > 0 ? now_ms() + seconds * 1'000 : std::int64_t{1} << 60;
  json::object noticed;
  std::vector<bw_event> events(256);
  double settled_cpu = 0;
  std::int64_t settled_ms = 0;
  while (noticed.size() < count && now_ms() < stop_ms) {
    api->events_wait(client, 1'000);
    // What the first states cost is not what waiting costs.
    if (settled_ms == 0 && now_ms() > stop_ms - seconds * 500) {
      settled_ms = now_ms();
      settled_cpu = cpu_seconds();
    }
    std::size_t drained = 0;
    api->events_drain(client, events.data(), sizeof(bw_event), events.size(), &drained);
    for (std::size_t i = 0; i < drained; ++i) {
      if (events[i].kind != BW_EV_DONE) continue;
      noticed[std::to_string(events[i].tag)] = now_ms();
      bw_bytes state{};
      const std::int32_t ended = api->op_take(client, events[i].op, &state, nullptr);
      if (ended != BW_OK && ended != BW_NOT_FOUND) return 1;
      api->bytes_free(&state);
    }
  }
  json::object result{{"noticed_ms", std::move(noticed)},
                      {"cpu_s", cpu_seconds()},
                      {"rss_mib", resident_mib()},
                      {"threads", threads()}};
  if (settled_ms != 0)
    result["idle_cpu"] = (cpu_seconds() - settled_cpu) * 1'000 / static_cast<double>(now_ms() - settled_ms);
  std::printf("%s\n", json::serialize(result).c_str());
  std::fflush(stdout);
  std::_Exit(0);
}
