#include "local/pages/run_view.h"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <ctime>
#include <map>

#include "local/fields.h"
#include "local/workspace.h"

namespace brickwork::local::pages {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::int64_t number(const object& from, std::string_view name) { return integer_field(from, name).value_or(0); }

// "UPSTREAM_FAILED" -> "Upstream failed"
std::string in_words(std::string_view constant) {
  static const std::map<std::string_view, std::string_view> irregular{
      {"SUCCESS", "Succeeded"}, {"SUCCESS_WITH_FAILURES", "Succeeded with failures"}, {"TIMEDOUT", "Timed out"}};
  if (const auto found = irregular.find(constant); found != irregular.end()) return std::string(found->second);
  std::string words;
  for (const char letter : constant) {
    if (letter == '_')
      words += ' ';
    else
      words += !words.empty() && letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return words;
}

Mood mood_of(std::string_view life_cycle, std::string_view result) {
  static const std::map<std::string_view, Mood> results{{"SUCCESS", Mood::kGood},
                                                        {"SUCCESS_WITH_FAILURES", Mood::kWarned},
                                                        {"FAILED", Mood::kBad},
                                                        {"TIMEDOUT", Mood::kBad},
                                                        {"INTERNAL_ERROR", Mood::kBad}};
  if (!result.empty()) {
    const auto found = results.find(result);
    return found == results.end() ? Mood::kSkipped : found->second;
  }
  if (life_cycle == "RUNNING" || life_cycle == "TERMINATING") return Mood::kRunning;
  if (life_cycle == "INTERNAL_ERROR") return Mood::kBad;
  return life_cycle == "SKIPPED" ? Mood::kSkipped : Mood::kWaiting;
}

// "notebook_task" -> "notebook"
std::string kind_of_task(const object& task) {
  for (const auto& member : task) {
    const std::string_view name = member.key();
    if (!name.ends_with("_task") || !member.value().is_object()) continue;
    std::string kind(name.substr(0, name.size() - 5));
    std::replace(kind.begin(), kind.end(), '_', ' ');
    return kind;
  }
  return "";
}

std::vector<Upstream> upstream_of(const object& task) {
  std::vector<Upstream> upstream;
  const array* entries = array_field(task, "depends_on");
  if (entries == nullptr) return upstream;
  for (const value& entry : *entries)
    if (entry.is_object())
      upstream.push_back({text(entry.get_object(), "task_key"), text(entry.get_object(), "outcome")});
  return upstream;
}

RepairView read_repair(const object& from) {
  RepairView repair{.id = number(from, "id"),
                    .state = read_state(from),
                    .start_ms = number(from, "start_time"),
                    .end_ms = number(from, "end_time")};
  if (const array* ids = array_field(from, "task_run_ids"))
    for (const value& id : *ids) repair.task_run_ids.push_back(id.to_number<std::int64_t>());
  return repair;
}

std::string with_tenths(std::int64_t ms) { return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100); }

}  // namespace

std::string text(const object& from, std::string_view name) { return text_field(from, name).value_or(""); }

StateView read_state(const object& holder) {
  const object* state = object_field(holder, "state");
  if (state == nullptr) return {};
  const std::string life_cycle = text(*state, "life_cycle_state"), result = text(*state, "result_state");
  StateView view{.mood = mood_of(life_cycle, result), .message = text(*state, "state_message")};
  view.is_final =
      !result.empty() || life_cycle == "TERMINATED" || life_cycle == "SKIPPED" || life_cycle == "INTERNAL_ERROR";
  view.label = in_words(result.empty() ? life_cycle : result);
  view.is_repairable = view.mood == Mood::kBad || result == "CANCELED" || result.starts_with("UPSTREAM_");
  return view;
}

TaskView read_task(const object& task) {
  TaskView view{.run_id = number(task, "run_id"),
                .task_key = text(task, "task_key"),
                .kind = kind_of_task(task),
                .attempt = number(task, "attempt_number"),
                .state = read_state(task),
                .start_ms = number(task, "start_time"),
                .end_ms = number(task, "end_time"),
                .upstream = upstream_of(task)};
  // It stands in the run from its first moment on, but nothing has begun.
  if (view.state.mood == Mood::kWaiting) view.start_ms = 0;
  if (const object* instance = object_field(task, "cluster_instance")) view.cluster_id = text(*instance, "cluster_id");
  if (const object* called = object_field(task, "run_job_task")) view.child_run_id = number(*called, "run_id");
  return view;
}

RunView read_run(object run) {
  RunView view{.run_id = number(run, "run_id"),
               .job_id = number(run, "job_id"),
               .name = text(run, "run_name"),
               .trigger = in_words(text(run, "trigger")),
               .creator = text(run, "creator_user_name"),
               .state = read_state(run),
               .start_ms = number(run, "start_time"),
               .end_ms = number(run, "end_time"),
               .queue_ms = number(run, "queue_duration")};
  if (const array* tasks = array_field(run, "tasks"))
    for (const value& task : *tasks) view.tasks.push_back(read_task(task.as_object()));
  if (const array* repairs = array_field(run, "repair_history"))
    for (const value& repair : *repairs) view.repairs.push_back(read_repair(repair.as_object()));
  view.document = std::move(run);
  return view;
}

std::vector<const TaskView*> RunView::latest() const {
  std::vector<const TaskView*> newest;
  std::map<std::string_view, std::size_t> places;
  for (const TaskView& task : tasks) {
    const auto [place, is_new] = places.emplace(task.task_key, newest.size());
    if (is_new)
      newest.push_back(&task);
    else if (task.attempt >= newest[place->second]->attempt)
      newest[place->second] = &task;
  }
  return newest;
}

std::vector<const TaskView*> RunView::attempts(std::string_view task_key) const {
  std::vector<const TaskView*> found;
  for (const TaskView& task : tasks)
    if (task.task_key == task_key) found.push_back(&task);
  std::stable_sort(found.begin(), found.end(),
                   [](const TaskView* left, const TaskView* right) { return left->attempt > right->attempt; });
  return found;
}

std::int64_t RunView::latest_repair_id() const { return repairs.empty() ? 0 : repairs.back().id; }

std::string_view style_of(Mood mood) {
  constexpr std::array<std::string_view, 7> kStyles{"none", "wait", "run", "good", "warn", "bad", "skip"};
  return kStyles[static_cast<std::size_t>(mood)];
}

Html badge(const StateView& state) {
  Html shown;
  shown << "<span class=\"badge "_html << style_of(state.mood) << "\">"_html << state.label << "</span>"_html;
  return shown;
}

std::string duration_text(std::int64_t from_ms, std::int64_t to_ms) {
  if (from_ms == 0) return "";
  const std::int64_t ms = std::max<std::int64_t>(0, (to_ms == 0 ? now_ms() : to_ms) - from_ms);
  const std::int64_t seconds = ms / 1000;
  if (seconds < 60) return with_tenths(ms) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
}

std::string time_text(std::int64_t ms) {
  if (ms == 0) return "";
  const std::time_t seconds = ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return std::string(text.data(), size) + " UTC";
}

std::string run_address(std::int64_t job_id, std::int64_t run_id) {
  return "/jobs/" + std::to_string(job_id) + "/runs/" + std::to_string(run_id);
}

}  // namespace brickwork::local::pages
