#include <algorithm>
#include <boost/json/array.hpp>

#include "local/fields.h"
#include "local/pages/graph_svg.h"
#include "local/pages/pretty.h"
#include "local/pages/run_pages.h"

namespace brickwork::local::pages {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

std::string note_of(const TaskView& task) {
  std::string note = task.state.label;
  if (const std::string took = duration_text(task.start_ms, task.end_ms);
      !took.empty() && task.state.mood != Mood::kSkipped)
    note += " \u00b7 " + took;
  if (task.attempt > 0) note += " \u00b7 attempt " + std::to_string(task.attempt + 1);
  return note;
}

Html graph_of_run(const RunView& run) {
  std::vector<GraphBox> boxes;
  for (const TaskView* task : run.latest())
    boxes.push_back({.key = task->task_key,
                     .note = note_of(*task),
                     .link = run_address(run.job_id, task->run_id),
                     .mood = task->state.mood,
                     .is_repaired = task->attempt > 0,
                     .upstream = task->upstream});
  return graph_svg(boxes);
}

Html table_of_tasks(const Visit& visit, const RunView& run) {
  Html rows;
  rows
      << "<table><thead><tr><th>Task<th>State<th>Kind<th>Attempt<th>Started<th>Duration<th>Message<th></tr></thead><tbody>"_html;
  for (const TaskView* task : run.latest()) {
    rows << "<tr><td><a href=\""_html << run_address(run.job_id, task->run_id) << "\">"_html << task->task_key
         << "</a></td><td>"_html << badge(task->state) << "</td><td>"_html << task->kind << "</td><td>"_html
         << task->attempt + 1 << "</td><td>"_html << time_text(task->start_ms) << "</td><td>"_html
         << duration_text(task->start_ms, task->end_ms) << "</td><td class=\"long\">"_html << task->state.message
         << "</td><td>"_html;
    if (run.state.is_final && task->state.is_repairable) rows << repair_form(visit.session, run, task->task_key);
    rows << "</td></tr>"_html;
  }
  return rows << "</tbody></table>"_html;
}

// The original run and its repairs, each with the tasks that it ran.
Html table_of_repairs(const RunView& run) {
  Html rows;
  rows
      << "<h2 id=\"repairs\">Repairs</h2><table><thead><tr><th>Repair<th>State<th>Started<th>Duration<th>Tasks</tr></thead><tbody>"_html;
  for (const RepairView& repair : run.repairs) {
    rows << "<tr><td>"_html << (repair.id == 0 ? "original run" : std::to_string(repair.id)) << "</td><td>"_html
         << badge(repair.state) << "</td><td>"_html << time_text(repair.start_ms) << "</td><td>"_html
         << duration_text(repair.start_ms, repair.end_ms) << "</td><td>"_html;
    for (const TaskView& task : run.tasks)
      if (std::find(repair.task_run_ids.begin(), repair.task_run_ids.end(), task.run_id) != repair.task_run_ids.end())
        rows << "<a class=\"chip "_html << style_of(task.state.mood) << "\" href=\""_html
             << run_address(run.job_id, task.run_id) << "\" title=\""_html << task.state.label << "\">"_html
             << task.task_key << "</a> "_html;
    rows << "</td></tr>"_html;
  }
  return rows << "</tbody></table>"_html;
}

Html parameters_of(const object& document) {
  Html rows;
  const array* parameters = array_field(document, "job_parameters");
  if (parameters == nullptr || parameters->empty()) return rows;
  rows << "<h2>Parameters</h2><table><tbody>"_html;
  for (const value& entry : *parameters) {
    const object& parameter = entry.as_object();
    const std::string fallback = text_field(parameter, "default").value_or("");
    rows << "<tr><td>"_html << text_field(parameter, "name").value_or("") << "</td><td><code>"_html
         << text_field(parameter, "value").value_or(fallback) << "</code></td></tr>"_html;
  }
  return rows << "</tbody></table>"_html;
}

Html actions_of(const Visit& visit, const RunView& run) {
  const std::vector<const TaskView*> tasks = run.latest();
  const auto broken =
      std::count_if(tasks.begin(), tasks.end(), [](const TaskView* task) { return task->state.is_repairable; });
  Html actions;
  actions << "<div class=\"actions\">"_html;
  if (!run.state.is_final) {
    actions << form_begin(visit.session, run_address(run.job_id, run.run_id) + "/cancel")
            << "<button class=\"danger\">Cancel run</button></form>"_html;
  } else if (broken > 0) {
    actions << repair_form(visit.session, run, "") << "<span class=\"quiet\">"_html << broken << " of "_html
            << tasks.size() << " tasks run again, the others are kept</span>"_html;
  }
  return actions << "</div>"_html;
}

}  // namespace

Html repair_form(const Session& session, const RunView& run, const std::string& task_key) {
  Html form = form_begin(session, run_address(run.job_id, run.run_id) + "/repair");
  // Whoever repairs has seen the last repair: the API refuses a second click of another window.
  form << "<input type=\"hidden\" name=\"latest_repair_id\" value=\""_html << run.latest_repair_id() << "\">"_html;
  if (task_key.empty()) return form << "<button id=\"repair\">Repair run</button></form>"_html;
  return form << "<input type=\"hidden\" name=\"task\" value=\""_html << task_key
              << "\"><button class=\"quiet\">Repair task</button></form>"_html;
}

Page run_page(const Visit& visit, const RunView& run) {
  Page page{.title = run.name, .is_live = !run.state.is_final};
  Html& main = page.main;
  main << "<p class=\"path\"><a href=\"/jobs\">Jobs</a> / <a href=\"/jobs/"_html << run.job_id << "\">job "_html
       << run.job_id << "</a></p><h1>"_html << run.name << " "_html << badge(run.state)
       << "</h1><p class=\"quiet\">Run "_html << run.run_id << " \u00b7 started "_html << time_text(run.start_ms)
       << " by "_html << run.creator << " \u00b7 "_html << duration_text(run.start_ms, run.end_ms) << "</p>"_html;
  if (!run.state.message.empty())
    main << "<p class=\"message "_html << style_of(run.state.mood) << "\">"_html << run.state.message << "</p>"_html;
  main << actions_of(visit, run) << graph_of_run(run) << table_of_tasks(visit, run);
  if (run.repairs.size() > 1) main << table_of_repairs(run);
  main << parameters_of(run.document) << "<details id=\"document\"><summary>As the API shows it</summary><pre>"_html
       << pretty(run.document) << "</pre></details>"_html;
  return page;
}

}  // namespace brickwork::local::pages
