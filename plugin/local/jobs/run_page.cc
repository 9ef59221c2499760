#include <boost/json/object.hpp>

#include "local/api_error.h"
#include "local/jobs/routes.h"

namespace brickwork::local {
namespace {

std::string escape(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '&')
      safe += "&amp;";
    else if (letter == '<')
      safe += "&lt;";
    else if (letter == '>')
      safe += "&gt;";
    else if (letter == '"')
      safe += "&quot;";
    else
      safe += letter;
  }
  return safe;
}

std::string seconds(std::int64_t from_ms, std::int64_t to_ms) {
  if (to_ms <= from_ms) return "";
  const std::int64_t tenths = (to_ms - from_ms) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string state_cell(const State& state) {
  const std::string_view name = state.is_final() ? name_of(state.result) : name_of(state.life_cycle);
  const char* color = !state.is_final() ? "wait" : state.is_success() ? "good" : state.is_repairable() ? "bad" : "skip";
  return "<td class=" + std::string(color) + ">" + std::string(name) + "</td>";
}

std::string task_row(const Workspace& workspace, const Run& run, const TaskRun& task) {
  std::string row = "<tr><td><a href=\"" + escape(run_page_url(workspace, run.job_id, task.run_id)) + "\">" +
                    escape(task.task_key) + "</a></td>";
  row += state_cell(task.state) + "<td>" + std::to_string(task.attempt) + "</td><td>" + std::to_string(task.run_id) +
         "</td>";
  row += "<td>" + seconds(task.start_time, task.end_time) + "</td><td>" + escape(task.state.message) + "</td></tr>\n";
  return row;
}

constexpr std::string_view kHead = R"html(<!doctype html><meta charset="utf-8"><title>Run</title>
<style>body{font:15px system-ui,sans-serif;margin:2em;max-width:80em}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.4em .8em;border-bottom:1px solid #ddd}pre{background:#f6f6f6;padding:1em;overflow:auto}
.good{color:#17803d}.bad{color:#b3261e}.skip{color:#777}.wait{color:#8a5a00}</style>
)html";

std::string page_of_run(const Workspace& workspace, const Run& run) {
  std::string page(kHead);
  if (!run.state.is_final()) page += "<meta http-equiv=refresh content=2>";
  page += "<h1>" + escape(run.run_name) + "</h1><p>Run " + std::to_string(run.run_id) + " of job " +
          std::to_string(run.job_id) + "</p><table><tr><th>State<th>Duration<th>Message</tr><tr>" +
          state_cell(run.state) + "<td>" + seconds(run.start_time, run.end_time) + "</td><td>" +
          escape(run.state.message) + "</td></tr></table>\n<h2>Tasks</h2><table>" +
          "<tr><th>Task<th>State<th>Attempt<th>Run<th>Duration<th>Message</tr>\n";
  for (const TaskRun& task : run.tasks) page += task_row(workspace, run, task);
  page += "</table>\n";
  if (run.repairs.size() > 1) {
    page += "<h2>Repairs</h2><table><tr><th>Repair<th>State<th>Tasks</tr>\n";
    for (const Repair& repair : run.repairs)
      page += "<tr><td>" + (repair.id == 0 ? "original" : std::to_string(repair.id)) + "</td>" +
              state_cell(repair.state) + "<td>" + std::to_string(repair.task_run_ids.size()) + "</td></tr>\n";
    page += "</table>\n";
  }
  return page;
}

std::string page_of_task(const Workspace& workspace, const Run& run, const TaskRun& task,
                         const std::optional<TaskEnd>& end) {
  std::string page(kHead);
  page += "<p><a href=\"" + escape(run_page_url(workspace, run.job_id, run.run_id)) + "\">" + escape(run.run_name) +
          "</a></p><h1>" + escape(task.task_key) + "</h1><table><tr>" + state_cell(task.state) + "<td>" +
          seconds(task.start_time, task.end_time) + "</td><td>" + escape(task.state.message) + "</td></tr></table>\n";
  if (!end) return page;
  if (!end->error.empty()) page += "<h2>Error</h2><pre>" + escape(end->error) + "</pre>";
  if (!end->error_trace.empty()) page += "<pre>" + escape(end->error_trace) + "</pre>";
  if (end->notebook_result) page += "<h2>Result</h2><pre>" + escape(*end->notebook_result) + "</pre>";
  if (!end->logs.empty()) page += "<h2>Logs</h2><pre>" + escape(end->logs) + "</pre>";
  return page;
}

Response show_page(const JobsRoom& room, const Request& request) {
  std::int64_t run_id = 0;
  try {
    run_id = std::stoll(request.captures.at("run_id"));
  } catch (const std::exception&) {
    throw ApiError(404, "RESOURCE_DOES_NOT_EXIST", "No such run.");
  }
  const std::optional<TaskEnd> end = room.runs.load_output(run_id);
  Response response{.content_type = "text/html; charset=utf-8"};
  const bool found = room.scheduler.read(run_id, [&](const Run& run) {
    const TaskRun* task = run.attempt(run_id);
    response.body = task == nullptr ? page_of_run(room.workspace, run) : page_of_task(room.workspace, run, *task, end);
  });
  if (!found) throw ApiError(404, "RESOURCE_DOES_NOT_EXIST", "No such run.");
  response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  return response;
}

}  // namespace

// Public, because a browser has no token: whoever has the address, with its random run id, may look, and only look.
void add_run_page(Router& router, const JobsRoom& room) {
  router.add(
      "GET", "/jobs/{job_id}/runs/{run_id}", [=](const Request& request) { return show_page(room, request); },
      Router::Access::kPublic);
}

}  // namespace brickwork::local
