// What it costs to compile a group of 1,000 tasks, next to the least it could cost: parsing and serialising the same
// bytes with Boost.JSON.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "group/compile.h"

namespace {

// Bytes of the heap that are held now, and the most that were.
std::size_t allocated = 0;
std::size_t peak = 0;

}  // namespace

// Visible to Boost.JSON's library, whose memory counts most.
[[gnu::visibility("default")]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  allocated += malloc_usable_size(memory);
  peak = std::max(peak, allocated);
  return memory;
}
[[gnu::visibility("default")]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) allocated -= malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::visibility("default")]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace {

namespace json = boost::json;

constexpr int kGroups = 10;  // of a hundred tasks each
constexpr int kGroupsInside = 10;
constexpr int kTasks = 10;

// About 425 bytes, as a notebook task with parameters, packages and a cluster has.
json::value task(int number, std::vector<std::string> depends_on) {
  const std::string n = std::to_string(number);
  return json::object{
      {"task_key", "load_table_" + n},
      {"description", "loads the measurements of region " + n + " and checks that every hour of the day is there"},
      {"depends_on", json::value_from(depends_on)},
      {"job_cluster_key", "main"},
      {"max_retries", 2},
      {"timeout_seconds", 3600},
      {"libraries", {{{"pypi", {{"package", "pandas"}}}}}},
      {"notebook_task",
       {{"notebook_path", "/Shared/etl/regions/load_table"},
        {"source", "WORKSPACE"},
        {"base_parameters", {{"region", n}, {"year", "2026"}, {"target", "main.energy.region_" + n}}}}}};
}

// Tasks on three levels, with three upstreams each where there are three before it.
std::string document(int groups) {
  json::array regions;
  int number = 0;
  for (int i = 0; i < groups; ++i) {
    json::array countries;
    for (int j = 0; j < kGroupsInside; ++j) {
      json::array tasks;
      for (int k = 0; k < kTasks; ++k) {
        std::vector<std::string> upstreams;
        for (int back = 1; back <= 3 && back <= k; ++back)
          upstreams.push_back("load_table_" + std::to_string(number - back));
        tasks.push_back(task(number++, upstreams));
      }
      json::object group{{"group", "country_" + std::to_string(j)}, {"tasks", std::move(tasks)}};
      if (j > 0) group["depends_on"] = json::array{"country_" + std::to_string(j - 1)};
      countries.push_back(std::move(group));
    }
    json::object group{{"group", "region_" + std::to_string(i)},
                       {"defaults", {{"retry_on_timeout", true}, {"notebook_params", {{"run", "nightly"}}}}},
                       {"tasks", std::move(countries)}};
    if (i > 0) group["depends_on"] = json::array{"region_" + std::to_string(i - 1)};
    regions.push_back(std::move(group));
  }
  return json::serialize(json::object{
      {"schema", "group/1"},
      {"name", "bench"},
      {"lint", {{"too_many_tasks", "off"}}},
      {"job_clusters",
       {{{"job_cluster_key", "main"}, {"new_cluster", {{"spark_version", "16.4.x-scala2.12"}, {"num_workers", 1}}}}}},
      {"tasks", std::move(regions)}});
}

const std::string& text() {
  static const std::string kText = document(kGroups);
  return kText;
}

brickwork::group::Compiled compile(json::value document) {
  auto result = brickwork::group::compile(std::move(document));
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status()->message.c_str());
    std::exit(1);
  }
  return std::move(result.value());
}

void parse_and_serialise(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(json::serialize(json::parse(text())));
}

// As whoever has the text does it: one memory resource for the document and the settings that are made from it.
void text_to_text(benchmark::State& state) {
  for (auto _ : state) {
    json::monotonic_resource memory(4 * text().size());
    benchmark::DoNotOptimize(json::serialize(compile(json::parse(text(), &memory)).settings));
  }
}

// The same of ten times less and more, for the growth of what one task costs. In memory that the process keeps from
// call to call, or in a new piece each time: one above 32 MB comes from the system and goes back to it, and the first
// touch of each of its pages is the kernel's work, which says nothing of the compiler.
enum class Memory { kKept, kNew };

template <int Groups>
void text_to_text_of(benchmark::State& state, Memory which) {
  static const std::string kText = document(Groups);
  static std::vector<unsigned char> kept(8 * kText.size());
  for (auto _ : state) {
    std::optional<json::monotonic_resource> memory;
    if (which == Memory::kKept) {
      memory.emplace(kept.data(), kept.size());
    } else {
      memory.emplace(4 * kText.size());
    }
    benchmark::DoNotOptimize(json::serialize(compile(json::parse(kText, &*memory)).settings));
  }
}
template <int Groups>
void floor_of(benchmark::State& state) {
  static const std::string kText = document(Groups);
  for (auto _ : state) benchmark::DoNotOptimize(json::serialize(json::parse(kText)));
}
void floor_of_100_tasks(benchmark::State& state) { floor_of<1>(state); }
void floor_of_10000_tasks(benchmark::State& state) { floor_of<100>(state); }
void text_to_text_of_100_tasks(benchmark::State& state) { text_to_text_of<1>(state, Memory::kKept); }
void text_to_text_of_10000_tasks(benchmark::State& state) { text_to_text_of<100>(state, Memory::kKept); }
void new_memory_of_100_tasks(benchmark::State& state) { text_to_text_of<1>(state, Memory::kNew); }
void new_memory_of_10000_tasks(benchmark::State& state) { text_to_text_of<100>(state, Memory::kNew); }

void text_to_text_in_default_memory(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(json::serialize(compile(json::parse(text())).settings));
}

void compile_alone(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    json::monotonic_resource memory(4 * text().size());
    json::value document = json::parse(text(), &memory);
    state.ResumeTiming();
    benchmark::DoNotOptimize(compile(std::move(document)));
  }
}

void compile_a_copy(benchmark::State& state) {
  const json::value document = json::parse(text());
  for (auto _ : state) benchmark::DoNotOptimize(brickwork::group::compile(document));
}

void lint(benchmark::State& state) {
  const json::value document = json::parse(text());
  for (auto _ : state) benchmark::DoNotOptimize(brickwork::group::lint(document));
}

BENCHMARK(parse_and_serialise);
BENCHMARK(text_to_text);
BENCHMARK(floor_of_100_tasks);
BENCHMARK(floor_of_10000_tasks);
BENCHMARK(text_to_text_of_100_tasks);
BENCHMARK(text_to_text_of_10000_tasks);
BENCHMARK(new_memory_of_100_tasks);
BENCHMARK(new_memory_of_10000_tasks);
BENCHMARK(text_to_text_in_default_memory);
BENCHMARK(compile_alone);
BENCHMARK(compile_a_copy);
BENCHMARK(lint);

// Keeps the medians of the CPU time, which other programs on the machine disturb least, beside printing them.
class Medians : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name == "median")
        milliseconds_[run.run_name.function_name] = run.GetAdjustedCPUTime() / 1e6;  // the unit is nanoseconds
    }
    ConsoleReporter::ReportRuns(runs);
  }
  double of(const std::string& name) const { return milliseconds_.at(name); }

 private:
  std::map<std::string, double> milliseconds_;
};

void print_growth(const char* what, const std::string& which, const Medians& medians) {
  const double few = medians.of(which + "_of_100_tasks") / 100;
  const double many = medians.of(which + "_of_10000_tasks") / 10'000;
  // What no longer fits the caches of the processor costs the floor more, too.
  const double floor = medians.of("floor_of_10000_tasks") / medians.of("floor_of_100_tasks") / 100;
  std::printf("%s ratio=%.2f (%.2f us a task of 10,000, %.2f us of 100; the floor grows by %.2f)\n", what, many / few,
              1000 * many, 1000 * few, floor);
}

// The document, the settings and what is needed in between, while the text of both is held by somebody else.
void print_memory(const char* what, bool in_one_piece) {
  const std::size_t before = peak = allocated;
  std::size_t parsed = 0;
  std::size_t most = 0;
  std::size_t bytes = 0;
  {
    std::optional<json::monotonic_resource> memory;
    if (in_one_piece) memory.emplace();
    json::value document = json::parse(text(), in_one_piece ? json::storage_ptr(&*memory) : json::storage_ptr());
    parsed = peak - before;
    const auto compiled = compile(std::move(document));
    most = peak - before;
    bytes = json::serialize(compiled.settings).size();
  }
  std::printf("%s ratio=%.2f (peak %.1f MB, %.1f MB when it was parsed; settings %.1f MB as text)\n", what,
              static_cast<double>(most) / static_cast<double>(bytes), static_cast<double>(most) / 1e6,
              static_cast<double>(parsed) / 1e6, static_cast<double>(bytes) / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  // Rounds of all of them in turn, so that a machine that slows down slows all of them.
  std::vector<std::string> arguments{argv[0], "--benchmark_repetitions=9", "--benchmark_min_time=0.05",
                                     "--benchmark_enable_random_interleaving=true",
                                     "--benchmark_report_aggregates_only=true"};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  int count = static_cast<int>(pointers.size());
  benchmark::Initialize(&count, pointers.data());

  Medians medians;
  benchmark::RunSpecifiedBenchmarks(&medians);
  const double floor_ms = medians.of("parse_and_serialise");
  const auto print = [&](const char* what, const char* name) {
    const double ms = medians.of(name);
    std::printf("%s ratio=%.2f (compile %.1f ms, floor %.1f ms)\n", what, ms / floor_ms, ms, floor_ms);
  };
  std::printf("the document has %zu bytes\n", text().size());
  print("compile_1000_tasks", "text_to_text");
  print("compile_1000_tasks_default_memory", "text_to_text_in_default_memory");
  print("compile_1000_tasks_alone", "compile_alone");
  std::printf("lint_1000_tasks ratio=%.2f (lint %.1f ms, compile alone %.1f ms)\n",
              medians.of("lint") / medians.of("compile_alone"), medians.of("lint"), medians.of("compile_alone"));
  print_growth("compile_growth", "text_to_text", medians);
  print_growth("compile_growth_in_new_memory", "new_memory", medians);
  print_memory("compile_peak_memory", false);
  print_memory("compile_peak_memory_one_piece", true);
  return 0;
}
