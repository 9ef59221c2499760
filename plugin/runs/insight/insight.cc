#include "runs/insight/insight.h"

#include <algorithm>

#include "runs/insight/critical_path.h"
#include "runs/insight/spent.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

// A task with all its attempts.
struct TaskTime {
  std::string_view path;
  Spent spent;
  std::int64_t lost_ms = 0;
  std::int64_t attempts = 0;
  std::vector<Interval> intervals;
};

bool came_to_nothing(const Object& attempt) {
  const std::string_view verdict = task_verdict(attempt);
  return verdict == "failed" || verdict == "timed_out" || verdict == "canceled";
}

TaskTime task_time(std::string_view path, const Attempts& attempts, std::int64_t now_ms) {
  TaskTime time{.path = path, .spent = {}, .attempts = 0, .intervals = {}};
  for (const Object* attempt : attempts) {
    const Spent spent = spent_by(*attempt, now_ms);
    time.spent += spent;
    if (came_to_nothing(*attempt)) time.lost_ms += spent.elapsed_ms;
    const Interval interval = interval_of(*attempt, now_ms);
    if (interval.start_ms == 0) continue;  // waited or was skipped
    time.intervals.push_back(interval);
    ++time.attempts;
  }
  return time;
}

void set_spent(Object& to, const Spent& spent) {
  to["queue_ms"] = spent.queue_ms;
  to["setup_ms"] = spent.setup_ms;
  to["execution_ms"] = spent.execution_ms;
  to["cleanup_ms"] = spent.cleanup_ms;
}

double share(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

struct Times {
  std::vector<TaskTime> tasks;  // in the order of the handle
  std::vector<Step> steps;      // the same as a graph
};

Times times_of(const Handle& handle, const Object& run, std::int64_t now_ms) {
  const auto attempts = attempts_by_key(run);
  std::unordered_map<std::string_view, std::size_t> positions;
  for (std::size_t i = 0; i < handle.tasks.size(); ++i) positions.emplace(handle.tasks[i].task_key, i);

  Times times;
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    times.tasks.push_back(task_time(task.path, found == attempts.end() ? Attempts() : found->second, now_ms));
    Step& step = times.steps.emplace_back(Step{.ms = times.tasks.back().spent.elapsed_ms});
    if (found == attempts.end()) continue;
    for (const json::value& item : array_in(*found->second.back(), "depends_on")) {
      const auto upstream = item.is_object() ? positions.find(text(item.get_object(), "task_key")) : positions.end();
      if (upstream != positions.end()) step.after.push_back(upstream->second);
    }
  }
  return times;
}

Object run_part(const Object& run, const std::vector<TaskTime>& tasks, std::int64_t now_ms) {
  TaskTime total{.path = {}, .spent = {}, .intervals = {}};
  std::int64_t retries = 0;
  for (const TaskTime& task : tasks) {
    total.spent += task.spent;
    total.lost_ms += task.lost_ms;
    total.attempts += task.attempts;
    retries += std::max<std::int64_t>(0, task.attempts - 1);
    total.intervals.insert(total.intervals.end(), task.intervals.begin(), task.intervals.end());
  }
  const std::int64_t start = number_or_zero(run, "start_time");
  const std::int64_t end = ended(run) ? number_or_zero(run, "end_time") : now_ms;
  // The run's own wait; the tasks' is theirs.
  total.spent.queue_ms += std::max<std::int64_t>(0, number_or_zero(run, "queue_duration"));
  Object part{{"elapsed_ms", start == 0 ? 0 : std::max<std::int64_t>(0, end - start)},
              {"active_ms", together_ms(std::move(total.intervals))},
              {"task_ms", total.spent.elapsed_ms},
              {"attempts", total.attempts},
              {"retries", retries},
              {"lost_ms", total.lost_ms},
              {"setup_share", share(total.spent.setup_ms, total.spent.elapsed_ms)}};
  set_spent(part, total.spent);
  return part;
}

json::array task_parts(const std::vector<TaskTime>& tasks, const CriticalPath& critical) {
  json::array parts;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    Object part{{"path", tasks[i].path},
                {"attempts", tasks[i].attempts},
                {"retries", std::max<std::int64_t>(0, tasks[i].attempts - 1)},
                {"elapsed_ms", tasks[i].spent.elapsed_ms},
                {"lost_ms", tasks[i].lost_ms},
                {"slack_ms", critical.slack_ms[i]}};
    set_spent(part, tasks[i].spent);
    parts.push_back(std::move(part));
  }
  return parts;
}

Object critical_part(const std::vector<TaskTime>& tasks, const CriticalPath& critical) {
  json::array paths;
  std::int64_t setup_ms = 0;
  for (const std::size_t i : critical.steps) {
    paths.push_back(json::value(tasks[i].path));
    setup_ms += tasks[i].spent.setup_ms;
  }
  return Object{{"tasks", std::move(paths)},
                {"ms", critical.ms},
                {"setup_ms", setup_ms},
                {"setup_share", share(setup_ms, critical.ms)}};
}

}  // namespace

Result<std::shared_ptr<const Rates>> insight_wish(const Object& request) {
  const json::value* wished = request.if_contains("insight");
  if (wished == nullptr || wished->is_null() || *wished == json::value(false)) return std::shared_ptr<const Rates>();
  if (*wished == json::value(true)) return std::make_shared<const Rates>();
  if (!wished->is_object())
    return failure(Code::kInvalidArgument, "`insight` has to be true, or an object with `node_types` and their rates",
                   "/insight");
  Result<Rates> rates = rates_of(wished->get_object(), "/insight");
  if (!rates.ok()) return rates.status();
  return std::make_shared<const Rates>(std::move(rates.value()));
}

Object insight_of(const Handle& handle, const Object& run, const Rates& rates, std::int64_t now_ms) {
  const Times times = times_of(handle, run, now_ms);
  const CriticalPath critical = critical_path(times.steps);
  ClusterUse use = cluster_use(handle, run, rates, now_ms);
  Object insight{{"run", run_part(run, times.tasks, now_ms)},
                 {"critical_path", critical_part(times.tasks, critical)},
                 {"tasks", task_parts(times.tasks, critical)},
                 {"clusters", std::move(use.clusters)}};
  if (!use.dbu.empty()) insight["dbu"] = std::move(use.dbu);
  return insight;
}

}  // namespace brickwork::runs
