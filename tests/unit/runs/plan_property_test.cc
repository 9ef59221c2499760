#include <gtest/gtest.h>

#include <bitset>
#include <cstdlib>
#include <random>

#include "runs/repair/plan.h"

namespace brickwork::runs {
namespace {

// The planner against a model made of bits: every graph of up to five tasks with every state of each (of those with
// five a sample, see below). A task may depend only on those before it, which is every acyclic graph up to renaming.
struct State {
  const char* life_cycle;
  const char* result;
  const char* code;
};
constexpr std::array<State, 7> kStates = {{{"TERMINATED", "SUCCESS", "SUCCESS"},
                                           {"TERMINATED", "FAILED", "RUN_EXECUTION_ERROR"},
                                           {"TERMINATED", "TIMEDOUT", "CANCELED"},
                                           {"TERMINATED", "CANCELED", "USER_CANCELED"},
                                           {"SKIPPED", "UPSTREAM_FAILED", "SKIPPED"},
                                           {"SKIPPED", "UPSTREAM_CANCELED", "SKIPPED"},
                                           {"SKIPPED", "EXCLUDED", "SKIPPED"}}};
constexpr int kSuccess = 0, kUpstreamFailed = 4, kExcluded = 6;  // from kUpstreamFailed on: kept from running

using Tasks = std::bitset<5>;

struct Case {
  int tasks = 0;
  unsigned edges = 0;  // bit number of (from, to) with from < to, counted row by row
  std::array<int, 5> states{};
  Tasks named;
  bool dependents = false;
  bool backwards = false;  // the handle lists what depends before what it depends on

  int at(int place) const { return backwards ? tasks - 1 - place : place; }  // the task that the handle lists there
  Tasks upstream(int task) const {
    Tasks result;
    for (int from = 0; from < task; ++from) result[static_cast<std::size_t>(from)] = (edges >> number(from, task)) & 1;
    return result;
  }
  static unsigned number(int from, int to) { return static_cast<unsigned>(to * (to - 1) / 2 + from); }
};

std::string key(int task) { return std::string(1, static_cast<char>('a' + task)); }

Tasks expected(const Case& is) {
  Tasks rerun = is.named;
  for (int task = 0; is.named.none() && task < is.tasks; ++task) {
    const int state = is.states[static_cast<std::size_t>(task)];
    if (state != kSuccess && state != kExcluded) rerun.set(static_cast<std::size_t>(task));
  }
  for (int task = 0; task < is.tasks; ++task) {  // in topological order once is enough
    const bool excluded = is.named.none() && is.states[static_cast<std::size_t>(task)] == kExcluded;
    if ((is.dependents || excluded) && (is.upstream(task) & rerun).any()) rerun.set(static_cast<std::size_t>(task));
  }
  return rerun;
}

// What named tasks leave behind: it waits for one of them, and does not run again.
Tasks expected_unblocked(const Case& is, Tasks rerun) {
  Tasks result;
  for (int task = 0; task < is.tasks; ++task) {
    const auto place = static_cast<std::size_t>(task);
    const bool waits = is.states[place] >= kUpstreamFailed;
    result[place] = waits && !rerun[place] && (is.upstream(task) & rerun).any();
  }
  return result;
}

Object attempt(int task, int state, std::int64_t run_id, const Case& is) {
  const State& words = kStates[static_cast<std::size_t>(state)];
  json::array upstream;
  for (int from = 0; from < task; ++from)
    if (is.upstream(task)[static_cast<std::size_t>(from)]) upstream.push_back(Object{{"task_key", key(from)}});
  return Object{{"task_key", key(task)},
                {"run_id", run_id},
                {"start_time", run_id},
                {"depends_on", std::move(upstream)},
                {"state", Object{{"life_cycle_state", words.life_cycle}, {"result_state", words.result}}},
                {"status", Object{{"state", "TERMINATED"}, {"termination_details", Object{{"code", words.code}}}}}};
}

// Each task has an earlier attempt that says something else, and the list is in no order.
Object run_of(const Case& is) {
  json::array tasks;
  for (int task = is.tasks - 1; task >= 0; --task) {
    const int state = is.states[static_cast<std::size_t>(task)];
    tasks.push_back(attempt(task, state, 100 + task, is));
    tasks.push_back(attempt(task, state == kSuccess ? 1 : kSuccess, 1 + task, is));
  }
  return Object{{"run_id", 7},
                {"run_type", "JOB_RUN"},
                {"state", Object{{"life_cycle_state", "INTERNAL_ERROR"}, {"result_state", "FAILED"}}},
                {"status", Object{{"state", "TERMINATED"}}},
                {"tasks", std::move(tasks)},
                {"repair_history", json::array{Object{{"type", "ORIGINAL"}}}}};
}

Handle handle_of(const Case& is) {
  Handle handle{.host = "https://fake.example", .job_id = 1, .run_id = 7};
  for (int place = 0; place < is.tasks; ++place)
    handle.tasks.push_back({.path = "g/" + key(is.at(place)), .task_key = key(is.at(place))});
  return handle;
}

std::string told(const Case& is) {
  std::string text = std::to_string(is.tasks) + " tasks, edges " + std::to_string(is.edges) + ", states";
  for (int task = 0; task < is.tasks; ++task)
    text += std::string(" ") + kStates[static_cast<std::size_t>(is.states[static_cast<std::size_t>(task)])].result;
  return text + ", named " + is.named.to_string() + (is.dependents ? ", dependents" : "") +
         (is.backwards ? ", backwards" : "");
}

bool holds(const Case& is) {
  RepairWish wish{.dependents = is.dependents};
  for (int task = 0; task < is.tasks; ++task)
    if (is.named[static_cast<std::size_t>(task)]) wish.task_keys.push_back(key(task));
  const Object plan = plan_of(handle_of(is), run_of(is), wish);

  const Tasks rerun = expected(is);
  const Tasks left_behind = expected_unblocked(is, rerun);
  json::array keys, paths, unblocked;  // in the order of the handle, each once
  for (int place = 0; place < is.tasks; ++place) {
    const int task = is.at(place);
    if (rerun[static_cast<std::size_t>(task)]) keys.push_back(json::string(key(task)));
    if (!rerun[static_cast<std::size_t>(task)]) paths.push_back(json::string("g/" + key(task)));
    if (left_behind[static_cast<std::size_t>(task)]) unblocked.push_back(json::string("g/" + key(task)));
  }
  bool good = plan.at("request").at("rerun_tasks") == keys && plan.at("keep") == paths &&
              plan.at("possible").as_bool() == rerun.any() && plan.at("rerun").as_array().size() == keys.size() &&
              array_in(plan, "unblocked") == unblocked;
  for (const json::value& entry : plan.at("rerun").as_array())  // the attempt that counts is the latest
    good = good && entry.at("run_id").as_int64() >= 100 && !text(entry.as_object(), "reason").empty();
  EXPECT_TRUE(good) << told(is) << "\n" << json::serialize(plan);
  return good;
}

// Calls `what` with every graph and every state of `tasks` tasks.
template <class What>
void for_every_case(int tasks, What what) {
  const unsigned pairs = static_cast<unsigned>(tasks * (tasks - 1) / 2);
  unsigned combinations = 1;
  for (int i = 0; i < tasks; ++i) combinations *= kStates.size();
  for (unsigned edges = 0; edges < (1u << pairs); ++edges) {
    for (unsigned number = 0; number < combinations; ++number) {
      Case is{.tasks = tasks, .edges = edges};
      unsigned rest = number;
      for (int task = 0; task < tasks; ++task, rest /= kStates.size())
        is.states[static_cast<std::size_t>(task)] = static_cast<int>(rest % kStates.size());
      if (!what(is)) return;
    }
  }
}

TEST(Planner, OfEveryGraphOfThreeTasksWithEveryStateAndEveryChoice) {
  int cases = 0;
  for (int tasks = 1; tasks <= 3; ++tasks) {
    for_every_case(tasks, [&](Case is) {
      for (unsigned named = 0; named < (1u << tasks); ++named) {
        for (const bool dependents : {false, true}) {
          is.named = named;
          is.dependents = dependents;
          is.backwards = ++cases % 2 == 1;
          if (!holds(is)) return false;
        }
      }
      return true;
    });
  }
  RecordProperty("cases", cases);
}

// What is named and whether dependents come along changes from case to case: all of them for each would take minutes.
TEST(Planner, OfEveryGraphOfFourTasksWithEveryState) {
  unsigned number = 0;
  for_every_case(4, [&](Case is) {
    is.named = (number / 2) % 3 == 0 ? 0 : (number * 7) % 16;
    is.dependents = number % 2 == 1;
    is.backwards = number++ % 5 < 2;
    return holds(is);
  });
  RecordProperty("cases", static_cast<int>(number));
}

// A thousandth of the 17 million cases; BRICKWORK_PLANNER=all takes them all, in a quarter of an hour.
TEST(Planner, OfEveryGraphOfFiveTasks) {
  const bool all = std::getenv("BRICKWORK_PLANNER") != nullptr;
  std::mt19937 chance(1);
  int cases = 0;
  for_every_case(5, [&](Case is) {
    if (!all && chance() % 1'000 != 0) return true;
    const unsigned choice = chance();
    is.named = choice % 2 == 0 ? 0 : (choice >> 1) % 32;
    is.dependents = (choice >> 6) % 2 == 1;
    is.backwards = (choice >> 7) % 2 == 1;
    ++cases;
    return holds(is);
  });
  RecordProperty("cases", cases);
}

}  // namespace
}  // namespace brickwork::runs
