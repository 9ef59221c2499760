#include "runs/launch/unused_jobs.h"

#include <algorithm>

#include "rest/paging.h"
#include "runs/wire/fields.h"
#include "runs/wire/post.h"

namespace brickwork::runs {
namespace {

// Looks at jobs that turn out to be in use cost a request each.
constexpr int kLooksForOne = 5;
constexpr std::size_t kDigestInName = 12;

struct SavedJob {
  std::int64_t job_id = 0;
  std::int64_t created_ms = 0;
};

// "renewables 0123456789ab", where the digest is also the tag.
bool is_definition_of(const Object& settings, const CleanupLimits& limits) {
  const Object& tags = object_in(settings, "tags");
  const std::string_view name = text(settings, "name");
  const std::string_view digest = text(tags, "brickwork_digest");
  if (text(tags, "brickwork").empty() || digest.size() < kDigestInName || digest == limits.but_digest) return false;
  if (name.size() <= kDigestInName + 1) return false;
  const std::string_view group = name.substr(0, name.size() - kDigestInName - 1);
  if (name.substr(group.size()) != " " + std::string(digest.substr(0, kDigestInName))) return false;
  return limits.group.empty() || limits.group == group;
}

bool starts_by_itself(const Object& settings) {
  return settings.contains("schedule") || settings.contains("trigger") || settings.contains("continuous") ||
         settings.contains("triggers");
}

// All that are old enough by their creation, the oldest first.
Task<Result<std::vector<SavedJob>>> old_jobs(Context& context, RestClient& client, const CleanupLimits& limits,
                                             std::int64_t* now_ms) {
  RestRequest request;
  request.path = "/api/2.2/jobs/list";
  request.query = {{"limit", "100"}};
  Pages pages(client, std::move(request));
  std::vector<SavedJob> jobs;
  for (int page = 0; page < limits.most_pages && !pages.at_end(); ++page) {
    Task<Result<Object>> asking = pages.next(context);
    const Result<Object> listed = co_await asking;
    if (!listed.ok()) co_return listed.status();
    for (const json::value& item : array_in(listed.value(), "jobs")) {
      if (!item.is_object()) continue;
      const Object& job = item.get_object();
      const std::int64_t created_ms = number_or_zero(job, "created_time");
      *now_ms = std::max(*now_ms, created_ms);
      const Object& settings = object_in(job, "settings");
      if (is_definition_of(settings, limits) && !starts_by_itself(settings))
        jobs.push_back({.job_id = number_or_zero(job, "job_id"), .created_ms = created_ms});
    }
  }
  std::erase_if(jobs, [&](const SavedJob& job) { return job.created_ms > *now_ms - limits.after.count(); });
  std::sort(jobs.begin(), jobs.end(), [](const SavedJob& one, const SavedJob& other) {
    return std::pair(one.created_ms, one.job_id) < std::pair(other.created_ms, other.job_id);
  });
  co_return jobs;
}

Task<Result<Object>> newest_run(Context& context, RestClient& client, std::int64_t job_id, bool active_only) {
  RestRequest request;
  request.path = "/api/2.2/jobs/runs/list";
  request.query = {{"job_id", std::to_string(job_id)}, {"limit", "1"}};
  if (active_only) request.query.emplace_back("active_only", "true");
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  const Result<RestResponse> response = co_await sending;
  if (!response.ok()) co_return response.status();
  if (!response.value().body.is_object()) co_return failure(Code::kDataLoss, "runs/list answered without an object");
  const json::array& runs = array_in(response.value().body.get_object(), "runs");
  co_return runs.empty() || !runs.front().is_object() ? Object() : runs.front().get_object();
}

// The newest run first, which nearly always decides; the list of active ones for a long run below a short one.
Task<Result<bool>> is_unused(Context& context, RestClient& client, std::int64_t job_id, std::int64_t before_ms) {
  for (const bool active_only : {false, true}) {
    Task<Result<Object>> looking = newest_run(context, client, job_id, active_only);
    const Result<Object> run = co_await looking;
    if (!run.ok()) co_return run.status();
    if (run.value().empty()) co_return true;
    const std::int64_t end_ms = number_or_zero(run.value(), "end_time");
    if (active_only || end_ms == 0 || end_ms > before_ms) co_return false;
  }
  co_return false;
}

}  // namespace

Task<Result<std::vector<std::int64_t>>> delete_unused_jobs(Context& context, RestClient& client, CleanupLimits limits) {
  std::vector<std::int64_t> deleted;
  std::int64_t now_ms = 0;
  Task<Result<std::vector<SavedJob>>> listing = old_jobs(context, client, limits, &now_ms);
  const Result<std::vector<SavedJob>> jobs = co_await listing;
  if (!jobs.ok()) co_return jobs.status();
  int looks = limits.at_most * kLooksForOne;
  for (const SavedJob& job : jobs.value()) {
    if (static_cast<int>(deleted.size()) == limits.at_most || looks-- == 0) break;
    Task<Result<bool>> asking = is_unused(context, client, job.job_id, now_ms - limits.after.count());
    const Result<bool> unused = co_await asking;
    if (!unused.ok()) co_return unused.status();
    if (!unused.value()) continue;
    Task<Status> deleting = post(context, client, "/api/2.2/jobs/delete", Object{{"job_id", job.job_id}});
    const Status status = co_await deleting;
    if (!status.ok()) co_return status;
    deleted.push_back(job.job_id);
  }
  co_return deleted;
}

}  // namespace brickwork::runs
