// What it costs to compile a group of 1,000 tasks, next to the least it could cost: parsing and serialising the same
// bytes with Boost.JSON.
#include <benchmark/benchmark.h>

#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "group/compile.h"

namespace {

namespace json = boost::json;

constexpr int kGroups = 10;
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

// 1,000 tasks on three levels, with three upstreams each where there are three before it.
std::string document() {
  json::array regions;
  int number = 0;
  for (int i = 0; i < kGroups; ++i) {
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
      {"job_clusters",
       {{{"job_cluster_key", "main"}, {"new_cluster", {{"spark_version", "16.4.x-scala2.12"}, {"num_workers", 1}}}}}},
      {"tasks", std::move(regions)}});
}

const std::string& text() {
  static const std::string kText = document();
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
  return 0;
}
