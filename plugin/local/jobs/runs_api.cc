#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/not_found.h"
#include "local/jobs/page.h"
#include "local/jobs/routes.h"
#include "local/jobs/show.h"

namespace brickwork::local {
namespace {

using boost::json::object;

Response get(const JobsRoom& room, ApiVersion version, const Request& request) {
  const object& arguments = request.arguments();
  const std::int64_t run_id = required_integer(arguments, "run_id");
  RunView view{.version = version};
  view.offset = page_offset(text_field(arguments, "page_token").value_or(""), "runs/get " + std::to_string(run_id));
  view.with_history = flag_field(arguments, "include_history").value_or(false);
  view.with_resolved_values = flag_field(arguments, "include_resolved_values").value_or(false);
  object shown;
  const bool found = room.scheduler.read(run_id, [&](const Run& run) {
    const TaskRun* task = run.run_id == run_id ? nullptr : run.attempt(run_id);
    shown = task == nullptr ? show_run(room.workspace, run, view) : show_task_run(room.workspace, run, *task, view);
  });
  if (!found) throw no_such_run(run_id);
  return json_response(shown);
}

RunFilter parse_filter(const object& arguments) {
  RunFilter filter;
  filter.job_id = integer_field(arguments, "job_id");
  filter.run_type = text_field(arguments, "run_type").value_or("");
  filter.active_only = flag_field(arguments, "active_only").value_or(false);
  filter.completed_only = flag_field(arguments, "completed_only").value_or(false);
  filter.start_time_from = integer_field(arguments, "start_time_from");
  filter.start_time_to = integer_field(arguments, "start_time_to");
  if (filter.active_only && filter.completed_only)
    throw invalid_parameter("Only one of active_only and completed_only can be true.");
  return filter;
}

Response list(const JobsRoom& room, ApiVersion version, const Request& request) {
  const object& arguments = request.arguments();
  std::int64_t limit = integer_field(arguments, "limit").value_or(20);
  if (limit < 0 || limit > 24) throw invalid_parameter("limit must be greater than 0 and less than 25.");
  if (limit == 0) limit = 24;
  const std::string query = "runs/list " + query_text(arguments);
  const ListPage page = list_page(arguments, query, limit);
  std::vector<ListPlace> places = room.runs.list(parse_filter(arguments), page);
  object answer;
  finish_page(answer, page, query, /*says_has_more=*/true, places, places);

  RunView view{.version = version};
  view.with_tasks = flag_field(arguments, "expand_tasks").value_or(false);
  boost::json::array runs;
  for (const ListPlace& place : places)
    room.scheduler.read(place.id, [&](const Run& run) {
      object shown = show_run(room.workspace, run, view);
      shown.stable_erase("next_page_token");
      runs.push_back(std::move(shown));
    });
  if (!runs.empty()) answer["runs"] = std::move(runs);
  return json_response(answer);
}

// Shows the task run that an id means. The id of a whole run is refused as Databricks does, even when it has one task.
void read_task_run(const JobsRoom& room, std::int64_t run_id,
                   const std::function<void(const Run&, const TaskRun&)>& reader) {
  bool is_parent = false;
  const bool found = room.scheduler.read(run_id, [&](const Run& run) {
    const TaskRun* task = run.attempt(run_id);
    is_parent = task == nullptr;
    if (task != nullptr) reader(run, *task);
  });
  if (!found) throw no_such_run(run_id);
  if (is_parent)
    throw invalid_parameter(
        "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each "
        "individual task run instead.");
}

Response get_output(const JobsRoom& room, const Request& request) {
  const std::int64_t run_id = required_integer(request.arguments(), "run_id");
  object shown;
  bool executing = false;
  // An output is stored before the state that announces it, so a final state never comes without it.
  read_task_run(room, run_id, [&](const Run& run, const TaskRun& task) {
    shown = show_output(room.workspace, run, task, room.runs.load_output(run_id));
    executing = task.state.life_cycle == LifeCycle::kRunning;
  });
  if (!executing) return json_response(shown);
  if (const std::string printed = room.scheduler.printed_so_far(run_id); !printed.empty()) {
    shown["logs"] = printed;
    shown["logs_truncated"] = false;
  }
  return json_response(shown);
}

Response export_run(const JobsRoom& room, const Request& request) {
  const std::int64_t run_id = required_integer(request.arguments(), "run_id");
  const std::string wanted = text_field(request.arguments(), "views_to_export").value_or("CODE");
  read_task_run(room, run_id, [](const Run&, const TaskRun&) {});
  boost::json::array views;
  if (const std::optional<TaskEnd> end = room.runs.load_output(run_id)) {
    for (const TaskEnd::View& view : end->views) {
      if (wanted != "ALL" && (wanted == "DASHBOARDS") != (view.type == "DASHBOARD")) continue;
      views.push_back(object{{"content", view.html}, {"name", view.name}, {"type", view.type}});
    }
  }
  return json_response({{"views", std::move(views)}});
}

Response cancel(const JobsRoom& room, const Request& request) {
  room.scheduler.cancel(required_integer(request.arguments(), "run_id"));
  return {};
}

Response cancel_all(const JobsRoom& room, const Request& request) {
  const std::optional<std::int64_t> job_id = integer_field(request.arguments(), "job_id");
  const bool queued_only = flag_field(request.arguments(), "all_queued_runs").value_or(false);
  if (!job_id && !queued_only) throw invalid_parameter("Missing required field: job_id");
  if (job_id && !room.jobs.find(*job_id)) throw no_such_job(*job_id);
  room.scheduler.cancel_all(job_id, queued_only);
  return {};
}

Response remove(const JobsRoom& room, const Request& request) {
  room.scheduler.remove(required_integer(request.arguments(), "run_id"));
  return {};
}

}  // namespace

void add_run_routes(Router& router, const JobsRoom& room, const std::string& prefix, ApiVersion version) {
  router.add("GET", prefix + "runs/get", [=](const Request& request) { return get(room, version, request); });
  router.add("GET", prefix + "runs/list", [=](const Request& request) { return list(room, version, request); });
  router.add("GET", prefix + "runs/get-output", [=](const Request& request) { return get_output(room, request); });
  router.add("GET", prefix + "runs/export", [=](const Request& request) { return export_run(room, request); });
  router.add("POST", prefix + "runs/cancel", [=](const Request& request) { return cancel(room, request); });
  router.add("POST", prefix + "runs/cancel-all", [=](const Request& request) { return cancel_all(room, request); });
  router.add("POST", prefix + "runs/delete", [=](const Request& request) { return remove(room, request); });
}

void add_jobs(Router& router, const JobsRoom& room) {
  const std::pair<const char*, ApiVersion> versions[] = {
      {"/api/2.0/jobs/", ApiVersion::k20}, {"/api/2.1/jobs/", ApiVersion::k21}, {"/api/2.2/jobs/", ApiVersion::k22}};
  for (const auto& [prefix, version] : versions) {
    add_job_routes(router, room, prefix, version);
    add_start_routes(router, room, prefix, version);
    add_run_routes(router, room, prefix, version);
  }
}

}  // namespace brickwork::local
