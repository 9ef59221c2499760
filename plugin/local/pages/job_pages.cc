#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "local/fields.h"
#include "local/pages/graph_svg.h"
#include "local/pages/pretty.h"
#include "local/pages/room.h"
#include "local/pages/run_view.h"

namespace brickwork::local::pages {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr int kRunsOfAJob = 5;  // shown as small squares beside it

std::vector<RunView> runs_of(const object& answer) {
  std::vector<RunView> runs;
  if (const array* list = array_field(answer, "runs"))
    for (const value& run : *list) runs.push_back(read_run(run.as_object()));
  return runs;
}

Html squares(const std::vector<RunView>& runs) {
  Html shown;
  shown << "<span class=\"squares\">"_html;
  for (auto run = runs.rbegin(); run != runs.rend(); ++run)
    shown << "<a class=\""_html << style_of(run->state.mood) << "\" href=\""_html
          << run_address(run->job_id, run->run_id) << "\" title=\""_html << run->state.label << ", "_html
          << time_text(run->start_ms) << "\"></a>"_html;
  return shown << "</span>"_html;
}

Html run_rows(const std::vector<RunView>& runs, bool with_name) {
  Html rows;
  rows << "<table><thead><tr>"_html;
  if (with_name) rows << "<th>Name"_html;
  rows << "<th>Run<th>State<th>Started<th>Duration<th>Trigger</tr></thead><tbody>"_html;
  for (const RunView& run : runs) {
    rows << "<tr>"_html;
    if (with_name) rows << "<td>"_html << run.name << "</td>"_html;
    rows << "<td><a href=\""_html << run_address(run.job_id, run.run_id) << "\">"_html << run.run_id
         << "</a></td><td>"_html << badge(run.state) << "</td><td>"_html << time_text(run.start_ms) << "</td><td>"_html
         << duration_text(run.start_ms, run.end_ms) << "</td><td>"_html << run.trigger << "</td></tr>"_html;
  }
  rows << "</tbody></table>"_html;
  return rows;
}

Html turn_pages(const std::string& address, const object& answer) {
  Html links;
  const auto link = [&](const char* token, Markup label) {
    const std::string value = text_field(answer, token).value_or("");
    if (!value.empty())
      links << "<a href=\""_html << address << "?page="_html << percent_encode(value) << "\">"_html << label
            << "</a> "_html;
  };
  links << "<p class=\"turn\">"_html;
  link("prev_page_token", "\u2190 newer"_html);
  link("next_page_token", "older \u2192"_html);
  return links << "</p>"_html;
}

std::map<std::string, std::string> with_page(const Visit& visit, std::map<std::string, std::string> query) {
  if (const std::string token = visit.asked("page"); !token.empty()) query["page_token"] = token;
  return query;
}

bool any_active(const std::vector<RunView>& runs) {
  return std::any_of(runs.begin(), runs.end(), [](const RunView& run) { return !run.state.is_final; });
}

Page jobs_page(const Visit& visit) {
  Page page{.title = "Jobs", .is_live = true};
  const object answer = visit.api.get("/api/2.2/jobs/list", with_page(visit, {{"limit", "25"}}));
  const array* jobs = array_field(answer, "jobs");
  page.main << "<h1>Jobs</h1>"_html;
  if (jobs == nullptr || jobs->empty()) {
    page.main << "<p class=\"quiet\">No job has been created here yet.</p>"_html;
    return page;
  }
  page.main << "<table><thead><tr><th>Job<th>Last runs<th>Last state<th>Started<th>Created by</tr></thead><tbody>"_html;
  for (const value& entry : *jobs) {
    const object& job = entry.as_object();
    const std::int64_t job_id = required_integer(job, "job_id");
    const std::vector<RunView> runs = runs_of(visit.api.get(
        "/api/2.2/jobs/runs/list", {{"job_id", std::to_string(job_id)}, {"limit", std::to_string(kRunsOfAJob)}}));
    page.main << "<tr><td><a href=\"/jobs/"_html << job_id << "\">"_html
              << text_field(*object_field(job, "settings"), "name").value_or("Untitled") << "</a></td><td>"_html
              << squares(runs) << "</td><td>"_html << (runs.empty() ? Html() : badge(runs.front().state))
              << "</td><td>"_html << (runs.empty() ? "" : time_text(runs.front().start_ms)) << "</td><td>"_html
              << text_field(job, "creator_user_name").value_or("") << "</td></tr>"_html;
  }
  page.main << "</tbody></table>"_html << turn_pages("/jobs", answer);
  return page;
}

Page runs_page(const Visit& visit) {
  Page page{.title = "Runs", .is_live = true};
  const object answer = visit.api.get("/api/2.2/jobs/runs/list", with_page(visit, {{"limit", "24"}}));
  const std::vector<RunView> runs = runs_of(answer);
  page.main << "<h1>Runs of all jobs</h1>"_html;
  if (runs.empty())
    page.main << "<p class=\"quiet\">Nothing has run here yet.</p>"_html;
  else
    page.main << run_rows(runs, /*with_name=*/true) << turn_pages("/runs", answer);
  return page;
}

Html graph_of_settings(const object& settings) {
  std::vector<GraphBox> boxes;
  if (const array* tasks = array_field(settings, "tasks"))
    for (const value& entry : *tasks) {
      TaskView task = read_task(entry.as_object());
      boxes.push_back({.key = task.task_key, .note = task.kind, .mood = Mood::kNone, .upstream = task.upstream});
    }
  return boxes.empty() ? Html() : graph_svg(boxes);
}

Page job_page(const Visit& visit) {
  const std::string job_id = visit.capture("job_id");
  const object job =
      visit.api.get_all("/api/2.2/jobs/get", {{"job_id", job_id}}, {"tasks", "job_clusters", "parameters"});
  const object& settings = *object_field(job, "settings");
  const object answer =
      visit.api.get("/api/2.2/jobs/runs/list", with_page(visit, {{"job_id", job_id}, {"limit", "24"}}));
  const std::vector<RunView> runs = runs_of(answer);
  const std::string name = text_field(settings, "name").value_or("Untitled");
  Page page{.title = name, .is_live = any_active(runs)};
  page.main << "<p class=\"path\"><a href=\"/jobs\">Jobs</a></p><h1>"_html << name
            << "</h1><p class=\"quiet\">Job "_html << job_id << ", created "_html
            << time_text(integer_field(job, "created_time").value_or(0)) << " by "_html
            << text_field(job, "creator_user_name").value_or("") << "</p>"_html;
  page.main << "<div class=\"actions\">"_html << form_begin(visit.session, "/jobs/" + job_id + "/run-now")
            << "<button>Run now</button></form></div>"_html << graph_of_settings(settings);
  page.main << "<h2>Runs</h2>"_html;
  if (runs.empty())
    page.main << "<p class=\"quiet\">It has not run yet.</p>"_html;
  else
    page.main << run_rows(runs, /*with_name=*/false) << turn_pages("/jobs/" + job_id, answer);
  page.main << "<details id=\"settings\"><summary>Settings</summary><pre>"_html << pretty(settings)
            << "</pre></details>"_html;
  return page;
}

}  // namespace

void add_job_pages(Router& router, Room& room) {
  add_reader(router, room, "/jobs", jobs_page);
  add_reader(router, room, "/runs", runs_page);
  add_reader(router, room, "/jobs/{job_id}", job_page);
  add_action(router, room, "/jobs/{job_id}/run-now", [](const Visit& visit) {
    const std::string job_id = visit.capture("job_id");
    const object started = visit.api.post("/api/2.2/jobs/run-now", {{"job_id", job_id}});
    return "/jobs/" + job_id + "/runs/" + std::to_string(required_integer(started, "run_id"));
  });
}

}  // namespace brickwork::local::pages
