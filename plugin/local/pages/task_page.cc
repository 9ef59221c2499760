#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/pages/pretty.h"
#include "local/pages/run_pages.h"

namespace brickwork::local::pages {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

void add_block(Html& main, Markup title, const std::string& content, Markup style) {
  if (content.empty()) return;
  main << "<h2>"_html << title << "</h2><pre class=\""_html << style << "\">"_html << content << "</pre>"_html;
}

// Standard library and notebooks colour their traces for a terminal.
std::string without_colors(const std::string& trace) {
  std::string plain;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (trace[i] == '\x1b' && i + 1 < trace.size() && trace[i + 1] == '[') {
      i = trace.find('m', i);
      if (i == std::string::npos) break;
    } else {
      plain += trace[i];
    }
  }
  return plain;
}

Html output_of(const object& output) {
  Html main;
  add_block(main, "Error"_html, text(output, "error"), "bad"_html);
  add_block(main, "Trace"_html, without_colors(text(output, "error_trace")), "bad"_html);
  if (const object* notebook = object_field(output, "notebook_output"))
    add_block(main, "Result"_html, text(*notebook, "result"), ""_html);
  add_block(main, "Output"_html, text(output, "logs"), ""_html);
  if (const object* sql = object_field(output, "sql_output")) add_block(main, "Result"_html, pretty(*sql), ""_html);
  return main;
}

// What a notebook showed is the user's own HTML: it goes into a frame without scripts, forms or an origin.
Html views_of(const Visit& visit, const RunView& run, const TaskView& task) {
  const object exported =
      visit.api.get("/api/2.2/jobs/runs/export", {{"run_id", std::to_string(task.run_id)}, {"views_to_export", "ALL"}});
  Html frames;
  const array* views = array_field(exported, "views");
  for (std::size_t i = 0; views != nullptr && i < views->size(); ++i)
    frames << "<h2>"_html << text((*views)[i].as_object(), "name")
           << "</h2><iframe sandbox title=\"Output\" src=\""_html << run_address(run.job_id, task.run_id)
           << "/views/"_html << i << "\"></iframe>"_html;
  return frames;
}

Html attempts_of(const RunView& run, const TaskView& shown) {
  const std::vector<const TaskView*> attempts = run.attempts(shown.task_key);
  Html list;
  if (attempts.size() < 2) return list;
  list << "<p class=\"attempts\">"_html;
  for (const TaskView* task : attempts)
    list << "<a class=\"chip "_html << style_of(task->state.mood)
         << (task->run_id == shown.run_id ? "\" aria-current=\"page"_html : ""_html) << "\" href=\""_html
         << run_address(run.job_id, task->run_id) << "\">attempt "_html << task->attempt + 1 << ": "_html
         << task->state.label << "</a> "_html;
  return list << "</p>"_html;
}

Html iterations_of(const RunView& run, const object& document) {
  const array* iterations = array_field(document, "iterations");
  Html rows;
  if (iterations == nullptr || iterations->empty()) return rows;
  rows << "<h2>Iterations</h2><table><thead><tr><th>Iteration<th>State<th>Duration<th>Message</tr></thead><tbody>"_html;
  for (const value& entry : *iterations) {
    const TaskView each = read_task(entry.as_object());
    rows << "<tr><td><a href=\""_html << run_address(run.job_id, each.run_id) << "\">"_html << each.task_key
         << "</a></td><td>"_html << badge(each.state) << "</td><td>"_html << duration_text(each.start_ms, each.end_ms)
         << "</td><td class=\"long\">"_html << each.state.message << "</td></tr>"_html;
  }
  return rows << "</tbody></table>"_html;
}

Html actions_of(const Visit& visit, const RunView& run, const TaskView& task) {
  Html actions;
  actions << "<div class=\"actions\">"_html;
  const std::vector<const TaskView*> attempts = run.attempts(task.task_key);
  if (!task.state.is_final)
    actions << form_begin(visit.session, run_address(run.job_id, task.run_id) + "/cancel")
            << "<button class=\"danger\">Cancel task</button></form>"_html;
  else if (run.state.is_final && task.state.is_repairable && !attempts.empty() &&
           attempts.front()->run_id == task.run_id)
    actions << repair_form(visit.session, run, task.task_key);
  return actions << "</div>"_html;
}

// The frame's document. Its own policy holds also for whoever opens it without the frame.
Response view(const Visit& visit) {
  const object exported =
      visit.api.get("/api/2.2/jobs/runs/export", {{"run_id", visit.capture("run_id")}, {"views_to_export", "ALL"}});
  const array* views = array_field(exported, "views");
  const std::int64_t wanted = integer_field({{"view", visit.capture("view")}}, "view").value_or(-1);
  if (views == nullptr || wanted < 0 || wanted >= static_cast<std::int64_t>(views->size()))
    throw does_not_exist("The run has no such view.");
  Response response{.body = text((*views)[static_cast<std::size_t>(wanted)].as_object(), "content"),
                    .content_type = "text/html; charset=utf-8"};
  response.headers = {{"Content-Security-Policy",
                       "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-store"}};
  return response;
}

Page show_run_or_task(const Visit& visit) {
  const RunView run = read_whole_run(visit, visit.capture("run_id"));
  const std::string wanted = visit.capture("run_id");
  if (std::to_string(run.run_id) == wanted) return run_page(visit, run);
  for (const TaskView& task : run.tasks)
    if (std::to_string(task.run_id) == wanted) return task_page(visit, run, task);
  // An iteration is no task of the run; it is shown by itself.
  const object single = visit.api.get("/api/2.2/jobs/runs/get", {{"run_id", wanted}});
  const array* tasks = array_field(single, "tasks");
  if (tasks == nullptr || tasks->empty()) throw does_not_exist("Run " + wanted + " does not exist.");
  return task_page(visit, run, read_task(tasks->front().as_object()));
}

}  // namespace

RunView read_whole_run(const Visit& visit, const std::string& run_id) {
  const std::vector<std::string> lists{"tasks", "job_clusters", "job_parameters", "repair_history", "iterations"};
  object run = visit.api.get_all("/api/2.2/jobs/runs/get", {{"run_id", run_id}, {"include_history", "true"}}, lists);
  if (const auto parent = integer_field(run, "job_run_id"); parent && std::to_string(*parent) != run_id)
    run = visit.api.get_all("/api/2.2/jobs/runs/get",
                            {{"run_id", std::to_string(*parent)}, {"include_history", "true"}}, lists);
  return read_run(std::move(run));
}

Page task_page(const Visit& visit, const RunView& run, const TaskView& task) {
  Page page{.title = task.task_key + " \u00b7 " + run.name, .is_live = !task.state.is_final};
  const object document =
      visit.api.get_all("/api/2.2/jobs/runs/get",
                        {{"run_id", std::to_string(task.run_id)}, {"include_resolved_values", "true"}}, {"iterations"});
  Html& main = page.main;
  main << "<p class=\"path\"><a href=\"/jobs\">Jobs</a> / <a href=\"/jobs/"_html << run.job_id << "\">job "_html
       << run.job_id << "</a> / <a href=\""_html << run_address(run.job_id, run.run_id) << "\">"_html << run.name
       << "</a></p><h1>"_html << task.task_key << " "_html << badge(task.state) << "</h1><p class=\"quiet\">"_html
       << task.kind << " \u00b7 task run "_html << task.run_id << " \u00b7 attempt "_html << task.attempt + 1;
  if (task.start_ms != 0)
    main << " \u00b7 "_html << time_text(task.start_ms) << " \u00b7 "_html << duration_text(task.start_ms, task.end_ms);
  if (!task.cluster_id.empty())
    main << " \u00b7 cluster <a href=\"/compute/"_html << task.cluster_id << "\">"_html << task.cluster_id
         << "</a>"_html;
  if (task.child_run_id != 0)
    main << " \u00b7 <a href=\""_html << run_address(0, task.child_run_id) << "\">the run that it started</a>"_html;
  main << "</p>"_html << attempts_of(run, task);
  if (!task.state.message.empty())
    main << "<p class=\"message "_html << style_of(task.state.mood) << "\">"_html << task.state.message << "</p>"_html;
  main << actions_of(visit, run, task);
  if (task.start_ms != 0)
    main << output_of(visit.api.get("/api/2.2/jobs/runs/get-output", {{"run_id", std::to_string(task.run_id)}}));
  main << iterations_of(run, document);
  if (task.state.is_final) main << views_of(visit, run, task);
  main << "<details id=\"document\"><summary>As the API shows it</summary><pre>"_html << pretty(document)
       << "</pre></details>"_html;
  return page;
}

void add_run_pages(Router& router, Room& room) {
  add_reader(router, room, "/jobs/{job_id}/runs/{run_id}", show_run_or_task);
  add_raw_reader(router, room, "/jobs/{job_id}/runs/{run_id}/views/{view}", view);
}

}  // namespace brickwork::local::pages
