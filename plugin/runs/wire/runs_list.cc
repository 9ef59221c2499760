#include "runs/wire/runs_list.h"

namespace brickwork::runs {

Pages runs_list(RestClient& client, Which which, Detail detail, const std::string& from_token) {
  RestRequest request;
  request.path = "/api/2.2/jobs/runs/list";
  request.query = {{which == Which::kActive ? "active_only" : "completed_only", "true"}, {"limit", "24"}};
  if (detail == Detail::kTasks) request.query.emplace_back("expand_tasks", "true");
  if (!from_token.empty()) request.query.emplace_back("page_token", from_token);
  request.lane = Lane::kWatch;
  request.max_attempts = 1;  // the next sweep is its retry
  return {client, std::move(request)};
}

bool says_all(const Object& listed) {
  const json::array& tasks = array_in(listed, "tasks");
  if (tasks.empty() || flag(listed, "has_more", false)) return false;
  for (const json::value& task : tasks)
    if (!task.is_object() || number_or_zero(task.get_object(), "attempt_number") > 0) return false;
  return true;
}

}  // namespace brickwork::runs
