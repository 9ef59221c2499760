#include "runs/repair/saved_job.h"

#include <unordered_set>
#include <utility>

#include "rest/paging.h"
#include "runs/wire/missing.h"
#include "runs/wire/post.h"

namespace brickwork::runs {
namespace {

// Between a look at the job and the repair there is always a moment in which somebody can reset it. One that is not
// longer than a poll makes no difference.
constexpr auto kJustNow = std::chrono::seconds(5);
constexpr auto kFarewell = std::chrono::seconds(15);

std::string_view digest_tag(const Object& settings) { return text(object_in(settings, "tags"), "brickwork_digest"); }

RestRequest get_request(std::int64_t job_id) {
  RestRequest request;
  request.path = "/api/2.2/jobs/get";
  request.query = {{"job_id", std::to_string(job_id)}};
  return request;
}

// The lists of a job that come a hundred at a time, and what names their entries. Whether a later page repeats the
// short ones is not documented.
constexpr std::pair<std::string_view, std::string_view> kPaged[] = {{"tasks", "task_key"},
                                                                    {"job_clusters", "job_cluster_key"},
                                                                    {"parameters", "name"},
                                                                    {"environments", "environment_key"}};

void add_entries(json::array& known, json::array entries, std::string_view key) {
  std::unordered_set<std::string> names;
  for (const json::value& entry : known)
    if (entry.is_object()) names.emplace(text(entry.get_object(), key));
  for (json::value& entry : entries)
    if (entry.is_object() && names.emplace(text(entry.get_object(), key)).second) known.push_back(std::move(entry));
}

void add_page(Object& settings, Object page) {
  for (const auto& [list, key] : kPaged) {
    json::value* entries = page.if_contains(list);
    json::value* known = settings.if_contains(list);
    if (entries == nullptr || known == nullptr || !entries->is_array() || !known->is_array()) continue;
    add_entries(known->get_array(), std::move(entries->get_array()), key);
    page.erase(list);
  }
  for (auto& [name, value] : page) settings[name] = std::move(value);
}

Task<Status> reset_job(Context& context, RestClient& client, std::int64_t job_id, Object settings) {
  Object body{{"job_id", job_id}, {"new_settings", std::move(settings)}};
  return post(context, client, "/api/2.2/jobs/reset", std::move(body));
}

// One page says who wrote the job last.
Task<Result<std::string>> current_digest(Context& context, RestClient& client, std::int64_t job_id) {
  Task<Result<RestResponse>> sending = client.send(context, get_request(job_id));
  const Result<RestResponse> response = co_await sending;
  if (!response.ok()) co_return response.status();
  if (!response.value().body.is_object()) co_return failure(Code::kDataLoss, "jobs/get answered without an object");
  co_return std::string(digest_tag(object_in(response.value().body.get_object(), "settings")));
}

// With a time of its own: the repair runs, and whoever launches next must not find the old settings. Who resets the job
// meanwhile has the last word.
Task<Status> put_back(Loop& loop, RestClient& client, std::int64_t job_id, Object settings, std::string while_digest) {
  Context farewell(loop, loop.now() + kFarewell);
  Task<Result<std::string>> looking = current_digest(farewell, client, job_id);
  const Result<std::string> digest = co_await looking;
  if (!digest.ok() || digest.value() != while_digest) co_return digest.status();
  Task<Status> resetting = reset_job(farewell, client, job_id, std::move(settings));
  co_return co_await resetting;
}

}  // namespace

Result<OnDrift> on_drift(const Object& request, const Handle& handle) {
  std::string_view choice = text(object_in(handle.policy, "repair"), "drift");
  if (const json::value* member = request.if_contains("drift"); member != nullptr && !member->is_null())
    choice = member->is_string() ? std::string_view(member->get_string()) : std::string_view("?");
  if (choice.empty() || choice == "refuse") return OnDrift::kRefuse;
  if (choice == "new") return OnDrift::kNew;
  if (choice == "restore") return OnDrift::kRestore;
  return failure(Code::kInvalidArgument, "`drift` has to be \"refuse\", \"new\" or \"restore\"", "/drift");
}

std::string settings_of_repair(OnDrift choice, std::optional<bool> drift) {
  if (choice == OnDrift::kNew) return "current";
  if (!drift) return {};
  return *drift ? "restored" : "launched";
}

Task<Result<Object>> job_settings(Context& context, RestClient& client, std::int64_t job_id) {
  Pages pages(client, get_request(job_id));
  Object settings;
  while (!pages.at_end()) {
    Task<Result<Object>> asking = pages.next(context);
    Result<Object> page = co_await asking;
    if (!page.ok()) co_return page.status();
    if (json::value* part = page.value().if_contains("settings"); part != nullptr && part->is_object())
      add_page(settings, std::move(part->get_object()));
  }
  co_return settings;
}

Task<Result<std::optional<bool>>> drift_of(Context& context, RestClient& client, Memory& memory, Handle handle) {
  std::optional<bool> drift;
  if (handle.digest.empty() || handle.job_id == 0) co_return drift;
  if (text(handle.policy, "job_identity") == "definition") co_return std::optional(false);
  const KnownJob* known = memory.jobs.find(handle.name);
  if (known != nullptr && known->job_id == handle.job_id && context.loop().now() - known->seen < kJustNow)
    co_return std::optional(known->digest != handle.digest);

  Task<Result<std::string>> looking = current_digest(context, client, handle.job_id);
  const Result<std::string> digest = co_await looking;
  const Status status = digest.status();
  // A job that is gone or hidden cannot be compared; whether its run can be repaired, Databricks says.
  if (is_missing(status) || status.code() == Code::kPermissionDenied) co_return drift;
  if (!digest.ok()) co_return status;
  memory.jobs.put(handle.name, {.job_id = handle.job_id, .digest = digest.value(), .seen = context.loop().now()});
  co_return std::optional(digest.value() != handle.digest);
}

Task<Result<Repaired>> repair_with(Context& context, RestClient& client, Handle handle, Object plan, Object settings) {
  Task<Result<Object>> reading = job_settings(context, client, handle.job_id);
  Result<Object> current = co_await reading;
  if (!current.ok()) co_return current.status();
  const std::string old_digest(digest_tag(settings));
  if (digest_tag(current.value()) == old_digest) {
    Task<Result<Repaired>> repairing = start_repair(context, client, handle, std::move(plan));
    co_return co_await repairing;
  }
  Task<Status> resetting = reset_job(context, client, handle.job_id, std::move(settings));
  const Status reset = co_await resetting;
  Result<Repaired> repaired = reset;
  if (reset.ok()) {
    Task<Result<Repaired>> repairing = start_repair(context, client, handle, std::move(plan));
    repaired = co_await repairing;
  }
  if (reset.ok() || may_have_been_taken(reset)) {
    Task<Status> restoring = put_back(context.loop(), client, handle.job_id, std::move(current.value()), old_digest);
    const Status restored = co_await restoring;
    // Whatever became of it: the job tells by its digest which settings it has, and the next launch resets it.
    (void)restored;
  }
  co_return repaired;
}

}  // namespace brickwork::runs
