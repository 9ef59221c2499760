#include "show/run_view.h"

#include "show/words.h"

namespace brickwork::cli {
namespace {

// The string form of an id is exact in every language; the integer is there when a sender left it out.
std::string id_of(const json::object& object, const std::string& name) {
  std::string text = text_of(object, name + "_str");
  if (!text.empty()) return text;
  const std::int64_t number = number_of(object, name);
  return number == 0 ? std::string() : std::to_string(number);
}

TaskView task_view(const json::object& task) {
  TaskView view;
  view.path = text_of(task, "path", text_of(task, "task_key"));
  view.run_id = id_of(task, "run_id");
  view.verdict = text_of(task, "verdict", "waiting");
  view.error = first_line(text_of(task, "error"));
  if (view.error.empty() && went_wrong(view.verdict)) view.error = first_line(text_of(task, "state_message"));
  view.url = text_of(task, "url");
  view.attempt_number = number_of(task, "attempt_number");
  view.start_ms = number_of(task, "start_time_ms");
  view.end_ms = number_of(task, "end_time_ms");
  view.repairing = flag_of(task, "repairing");
  return view;
}

}  // namespace

RunView run_view(const json::object& state) {
  const json::object& run = object_of(state, "run");
  RunView view;
  view.name = text_of(run, "name");
  view.run_id = id_of(run, "run_id");
  view.job_id = id_of(run, "job_id");
  view.verdict = text_of(state, "verdict", "running");
  view.message = first_line(text_of(run, "state_message"));
  view.url = text_of(run, "run_page_url");
  view.start_ms = number_of(run, "start_time_ms");
  view.end_ms = number_of(run, "end_time_ms");
  view.stale_since_ms = number_of(state, "stale_since_ms");
  view.repairs = array_of(state, "repairs").size();
  for (const json::value& task : array_of(state, "tasks")) {
    if (task.is_object()) view.tasks.push_back(task_view(task.get_object()));
  }
  for (const json::value& value : array_of(state, "groups")) {
    if (!value.is_object()) continue;
    const json::object& group = value.get_object();
    view.groups.push_back({text_of(group, "path"), text_of(group, "verdict"), number_of(group, "tasks_total"),
                           number_of(group, "tasks_done")});
  }
  return view;
}

bool is_over(std::string_view task_verdict) {
  return task_verdict != "running" && task_verdict != "waiting" && task_verdict != "pending";
}

bool went_wrong(std::string_view task_verdict) {
  return task_verdict == "failed" || task_verdict == "timed_out" || task_verdict == "canceled";
}

}  // namespace brickwork::cli
