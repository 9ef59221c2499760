// What a host pays, measured from outside through the built library: requests, nanoseconds, memory, wake-ups.

#include <benchmark/benchmark.h>
#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "brickwork/plugin.h"
#include "canned_workspace.h"

namespace json = boost::json;
using brickwork::bench::CannedWorkspace;

namespace {

const bw_api* api = nullptr;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "bench_host: %s\n", why.c_str());
  std::exit(1);
}

bw_client* open_client(const std::string& url) {
  const std::string config = json::serialize(json::object{
      {"host", url}, {"auth_type", "pat"}, {"environment", false}, {"rate", {{"requests_per_second", 100'000}}}});
  bw_open open{};
  open.struct_size = sizeof open;
  open.config = {config.data(), config.size()};
  bw_client* client = nullptr;
  if (api->client_open(&open, &client, nullptr) != BW_OK) give_up("client_open failed");
  api->client_set_secret(client, "token", "bench", 5, 0, nullptr);
  return client;
}

bw_op_spec spec_of(uint32_t verb, const std::string& body) {
  bw_op_spec spec{};
  spec.struct_size = sizeof spec;
  spec.verb = verb;
  spec.timeout_ms = -1;
  spec.body = {body.data(), body.size()};
  return spec;
}

json::object call(bw_client* client, uint32_t verb, const json::object& request) {
  const std::string body = json::serialize(request);
  const bw_op_spec spec = spec_of(verb, body);
  bw_bytes bytes{};
  bw_error* error = nullptr;
  if (api->call(client, &spec, &bytes, &error) != BW_OK) {
    bw_text message{};
    api->error_message(error, &message);
    give_up(std::string(message.data, message.size));
  }
  json::object answer = json::parse({bytes.data, bytes.size}).as_object();
  api->bytes_free(&bytes);
  return answer;
}

json::object group_of(int tasks) {
  json::array list;
  for (int i = 0; i < tasks; ++i)
    list.push_back(json::object{{"task_key", "task_" + std::to_string(i)},
                                {"notebook_task", {{"notebook_path", "/Shared/notebook"}}}});
  return {{"name", "bench"}, {"tasks", std::move(list)}};
}

void bench_requests() {
  CannedWorkspace workspace;
  bw_client* client = open_client(workspace.url());
  std::int64_t before = 0;
  const auto count = [&](const char* what, const char* goal) {
    std::printf("requests %-34s %lld (goal %s)\n", what, static_cast<long long>(workspace.requests() - before), goal);
    before = workspace.requests();
  };
  const json::object launch{{"group", group_of(3)}};
  call(client, BW_GROUP_LAUNCH, launch);
  before = workspace.requests();
  call(client, BW_GROUP_LAUNCH, launch);
  count("launch, unchanged, warm", "1");

  bw_client* cold = open_client(workspace.url());
  call(cold, BW_GROUP_LAUNCH, launch);
  count("launch, unchanged, cold", "2");
  api->client_close(cold);

  call(client, BW_RUN_GET, {{"run_id", 100}});
  count("one sweep of 100 tasks", "1");
  call(client, BW_RUN_GET, {{"run_id", 1000}});
  count("one sweep of 1,000 tasks", "10");

  const std::int64_t failed = CannedWorkspace::kFailedRun + 3;
  const json::object planned = call(client, BW_RUN_REPAIR_PLAN, {{"run_id", failed}});
  before = workspace.requests();
  call(client, BW_RUN_REPAIR, {{"run_id", failed}, {"plan", planned}});
  count("repair, warm (with its plan)", "1");
  call(client, BW_RUN_REPAIR, {{"run_id", failed}});
  count("repair, cold", "2");
  api->client_close(client);
}

long resident_kib() {
  std::ifstream statm("/proc/self/statm");
  long pages = 0;
  statm >> pages >> pages;
  return pages * (::sysconf(_SC_PAGESIZE) / 1024);
}

// What is allocated now; resident memory also holds what the requests of the start needed and gave back.
double heap_kib() { return static_cast<double>(::mallinfo2().uordblks) / 1024.0; }

// Voluntary context switches of all threads but this one: how often the library woke up.
long wake_ups() {
  long total = 0;
  const std::string self = std::to_string(::getpid());
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    if (thread.path().filename() == self) continue;
    std::ifstream status(thread.path() / "status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("voluntary_ctxt_switches:")) total += std::stol(line.substr(24));
  }
  return total;
}

void wait_for_progress(bw_client* client, int wanted) {
  std::vector<bw_event> events(256);
  for (int seen = 0; seen < wanted;) {
    if (api->events_wait(client, 10'000) != BW_OK) give_up("a watch reported nothing for 10 s");
    size_t count = 0;
    api->events_drain(client, events.data(), sizeof(bw_event), events.size(), &count);
    for (size_t i = 0; i < count; ++i) {
      if (events[i].kind == BW_EV_DONE) give_up("a watch ended that should wait");
      seen += events[i].kind == BW_EV_PROGRESS;
    }
  }
}

std::int64_t start_watch(bw_client* client, std::int64_t run_id) {
  const std::string body = json::serialize(json::object{{"run_id", run_id}, {"poll_ms", 600'000}});
  const bw_op_spec spec = spec_of(BW_RUN_WATCH, body);
  uint64_t op = 0;
  if (api->op_start(client, &spec, &op, nullptr) != BW_OK) give_up("op_start failed");
  return static_cast<std::int64_t>(op);
}

// What waits to be read by the host is not the watches'.
void read_log(bw_client* client) {
  bw_bytes lines{};
  if (api->log_take(client, &lines) == BW_OK) api->bytes_free(&lines);
}

// The bytes of all their states; a host that looks lets the library forget what it has shown.
double peek_all_kib(bw_client* client, const std::vector<std::int64_t>& watches) {
  std::size_t total = 0;
  for (const std::int64_t op : watches) {
    bw_bytes state{};
    if (api->op_peek(client, static_cast<uint64_t>(op), &state) != BW_OK) give_up("a watch has no state");
    total += state.size;
    api->bytes_free(&state);
  }
  return static_cast<double>(total) / 1024.0;
}

void bench_parked_watches(int tasks, int count) {
  constexpr int kWarm = 200;
  CannedWorkspace workspace;
  bw_client* client = open_client(workspace.url());
  const std::int64_t first = CannedWorkspace::kParkedRuns + (tasks - 1) * CannedWorkspace::kOfOneSize;
  // The first ones pay for connections, buffers and the heap's own pages.
  for (int i = 0; i < kWarm; ++i) start_watch(client, first + i);
  wait_for_progress(client, kWarm);
  read_log(client);

  const long before = resident_kib();
  const double heap_before = heap_kib();
  std::vector<std::int64_t> watches(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) watches[static_cast<std::size_t>(i)] = start_watch(client, first + kWarm + i);
  wait_for_progress(client, count);
  read_log(client);
  const double resident = static_cast<double>(resident_kib() - before) / count;
  const double unseen = (heap_kib() - heap_before) / count;
  const double state = peek_all_kib(client, watches) / count;
  const double peeked = (heap_kib() - heap_before) / count;
  std::printf(
      "memory of a parked watch of %d tasks, over %d: %.2f KiB of heap, its state document of %.2f KiB included, so "
      "%.2f KiB beside it (%.2f once the host has peeked); %.2f KiB resident\n",
      tasks, count, unseen, state, unseen - state, peeked - state, resident);

  const long woken = wake_ups();
  std::this_thread::sleep_for(std::chrono::seconds(5));
  std::printf("wake-ups with %d parked watches: %.1f a second\n", kWarm + count,
              static_cast<double>(wake_ups() - woken) / 5.0);
  api->client_close(client);
}

const std::string& small_group() {
  static const std::string* text = new std::string(json::serialize(json::object{{"group", group_of(1)}}));
  return *text;
}

// 1,000 tasks of a group as hosts write them, through the table: text in, text out.
const std::string& large_group() {
  static const std::string* text = [] {
    json::object group = group_of(1'000);
    for (json::value& task : group["tasks"].as_array()) {
      task.as_object()["job_cluster_key"] = "main";
      task.as_object()["libraries"] = {{{"pypi", {{"package", "pandas"}}}}};
      task.as_object()["notebook_task"].as_object()["base_parameters"] = {{"year", "2017"}, {"state", "Iowa"}};
      task.as_object()["description"] = std::string(200, 'x');
    }
    group["job_clusters"] = {
        {{"job_cluster_key", "main"}, {"new_cluster", {{"spark_version", "16.4.x-scala2.12"}, {"num_workers", 1}}}}};
    return new std::string(json::serialize(json::object{{"group", std::move(group)}}));
  }();
  return *text;
}

void BM_StatusName(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(api->status_name(BW_OK));
}

// The floor of the next one: the same bytes in, its own kind of bytes out.
void BM_ParseAndSerialise(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(json::serialize(json::parse(small_group())));
}

void BM_CallLint(benchmark::State& state) {
  const bw_op_spec spec = spec_of(BW_GROUP_LINT, small_group());
  for (auto _ : state) {
    bw_bytes bytes{};
    if (api->call(nullptr, &spec, &bytes, nullptr) != BW_OK) give_up("lint failed");
    api->bytes_free(&bytes);
  }
}

void BM_ParseAndSerialise1000(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(json::serialize(json::parse(large_group())));
}

void BM_CallCompile1000(benchmark::State& state) {
  const bw_op_spec spec = spec_of(BW_GROUP_COMPILE, large_group());
  for (auto _ : state) {
    bw_bytes bytes{};
    if (api->call(nullptr, &spec, &bytes, nullptr) != BW_OK) give_up("compile failed");
    api->bytes_free(&bytes);
  }
}

BENCHMARK(BM_StatusName);
BENCHMARK(BM_ParseAndSerialise);
BENCHMARK(BM_CallLint);
BENCHMARK(BM_ParseAndSerialise1000);
BENCHMARK(BM_CallCompile1000);

}  // namespace

int main(int argc, char** argv) {
  void* library = ::dlopen(BRICKWORK_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (!library) give_up(::dlerror());
  auto entry = reinterpret_cast<const bw_api* (*)(uint32_t)>(::dlsym(library, "bw_plugin_api"));
  api = entry(BW_ABI_MAJOR);
  bench_requests();
  bench_parked_watches(1, 1'000);
  bench_parked_watches(10, 1'000);
  bench_parked_watches(100, 400);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
