#include <boost/json/array.hpp>
#include <charconv>

#include "local/fields.h"
#include "local/pages/room.h"
#include "local/pages/run_view.h"

namespace brickwork::local::pages {
namespace {

using boost::json::array;
using boost::json::object;

// The API reads ids also as text.
std::string repair(const Visit& visit) {
  object body{{"run_id", visit.capture("run_id")}};
  if (const std::string latest = visit.field("latest_repair_id"); !latest.empty() && latest != "0")
    body["latest_repair_id"] = latest;
  if (const std::string task = visit.field("task"); !task.empty())
    body["rerun_tasks"] = array{task};
  else
    body["rerun_all_failed_tasks"] = true;
  visit.api.post("/api/2.2/jobs/runs/repair", body);
  return "/jobs/" + visit.capture("job_id") + "/runs/" + visit.capture("run_id");
}

std::string cancel(const Visit& visit) {
  visit.api.post("/api/2.2/jobs/runs/cancel", {{"run_id", visit.capture("run_id")}});
  return "/jobs/" + visit.capture("job_id") + "/runs/" + visit.capture("run_id");
}

}  // namespace

void add_run_actions(Router& router, Room& room) {
  add_action(router, room, "/jobs/{job_id}/runs/{run_id}/repair", repair);
  add_action(router, room, "/jobs/{job_id}/runs/{run_id}/cancel", cancel);
}

}  // namespace brickwork::local::pages
