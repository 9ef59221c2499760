#include <boost/json/array.hpp>

#include "local/fields.h"
#include "local/pages/pretty.h"
#include "local/pages/room.h"
#include "local/pages/run_view.h"

namespace brickwork::local::pages {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

Html state_badge(const std::string& state) {
  StateView view{.mood = Mood::kSkipped, .label = state};
  if (state == "RUNNING") view.mood = Mood::kGood;
  if (state == "PENDING" || state == "RESTARTING" || state == "RESIZING") view.mood = Mood::kWaiting;
  if (state == "ERROR" || state == "UNKNOWN") view.mood = Mood::kBad;
  return badge(view);
}

Page clusters_page(const Visit& visit) {
  Page page{.title = "Compute", .is_live = true};
  const object answer = visit.api.get("/api/2.1/clusters/list");
  const array* clusters = array_field(answer, "clusters");
  page.main << "<h1>Compute</h1>"_html;
  if (clusters == nullptr || clusters->empty()) {
    page.main << "<p class=\"quiet\">No cluster has been created or used here yet.</p>"_html;
    return page;
  }
  page.main << "<table><thead><tr><th>Cluster<th>State<th>Source<th>Runtime<th>Started</tr></thead><tbody>"_html;
  for (const value& entry : *clusters) {
    const object& cluster = entry.as_object();
    const std::string name = text(cluster, "cluster_name");
    page.main << "<tr><td><a href=\"/compute/"_html << percent_encode(text(cluster, "cluster_id")) << "\">"_html
              << (name.empty() ? text(cluster, "cluster_id") : name) << "</a></td><td>"_html
              << state_badge(text(cluster, "state")) << "</td><td>"_html << text(cluster, "cluster_source")
              << "</td><td>"_html << text(cluster, "spark_version") << "</td><td>"_html
              << time_text(integer_field(cluster, "start_time").value_or(0)) << "</td></tr>"_html;
  }
  page.main << "</tbody></table>"_html;
  return page;
}

Html events_of(const Visit& visit, const std::string& cluster_id) {
  const object answer = visit.api.post("/api/2.1/clusters/events", {{"cluster_id", cluster_id}, {"limit", 100}});
  Html rows;
  rows << "<h2>Events</h2>"_html;
  const array* events = array_field(answer, "events");
  if (events == nullptr || events->empty()) return rows << "<p class=\"quiet\">None yet.</p>"_html;
  rows << "<table><thead><tr><th>Time<th>Event<th>Details</tr></thead><tbody>"_html;
  for (const value& entry : *events) {
    const object& event = entry.as_object();
    const object* details = object_field(event, "details");
    rows << "<tr><td>"_html << time_text(integer_field(event, "timestamp").value_or(0)) << "</td><td>"_html
         << text(event, "type") << "</td><td class=\"long\"><code>"_html
         << (details == nullptr || details->empty() ? "" : pretty(*details)) << "</code></td></tr>"_html;
  }
  return rows << "</tbody></table>"_html;
}

Html libraries_of(const Visit& visit, const std::string& cluster_id) {
  const object answer = visit.api.get("/api/2.0/libraries/cluster-status", {{"cluster_id", cluster_id}});
  Html rows;
  const array* statuses = array_field(answer, "library_statuses");
  if (statuses == nullptr || statuses->empty()) return rows;
  rows << "<h2>Libraries</h2><table><thead><tr><th>Library<th>Status<th>Messages</tr></thead><tbody>"_html;
  for (const value& entry : *statuses) {
    const object& status = entry.as_object();
    const object* library = object_field(status, "library");
    const array* messages = array_field(status, "messages");
    rows << "<tr><td><code>"_html << (library == nullptr ? "" : pretty(*library)) << "</code></td><td>"_html
         << text(status, "status") << "</td><td class=\"long\">"_html
         << (messages == nullptr || messages->empty() ? "" : pretty(*messages)) << "</td></tr>"_html;
  }
  return rows << "</tbody></table>"_html;
}

Page cluster_page(const Visit& visit) {
  const std::string cluster_id = visit.capture("cluster_id");
  const object cluster = visit.api.get("/api/2.1/clusters/get", {{"cluster_id", cluster_id}});
  const std::string state = text(cluster, "state"), name = text(cluster, "cluster_name");
  Page page{.title = name.empty() ? cluster_id : name, .is_live = state != "TERMINATED"};
  page.main << "<p class=\"path\"><a href=\"/compute\">Compute</a></p><h1>"_html << page.title << " "_html
            << state_badge(state) << "</h1><p class=\"quiet\">"_html << cluster_id << " \u00b7 "_html
            << text(cluster, "spark_version") << " \u00b7 started "_html
            << time_text(integer_field(cluster, "start_time").value_or(0)) << "</p>"_html;
  if (const std::string message = text(cluster, "state_message"); !message.empty())
    page.main << "<p class=\"message\">"_html << message << "</p>"_html;
  page.main << libraries_of(visit, cluster_id) << events_of(visit, cluster_id)
            << "<details id=\"document\"><summary>As the API shows it</summary><pre>"_html << pretty(cluster)
            << "</pre></details>"_html;
  return page;
}

}  // namespace

void add_cluster_pages(Router& router, Room& room) {
  add_reader(router, room, "/compute", clusters_page);
  add_reader(router, room, "/compute/{cluster_id}", cluster_page);
  add_reader(router, room, "/compute/clusters/{cluster_id}", cluster_page);
}

}  // namespace brickwork::local::pages
