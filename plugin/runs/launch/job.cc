#include "runs/launch/job.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "rest/paging.h"
#include "runs/wire/missing.h"
#include "runs/wire/post.h"

namespace brickwork::runs {
namespace {

// How long an unchanged job is believed to be as we left it. Another process with another definition of the same name
// may reset it; a host that lives for months must notice.
constexpr auto kBelieved = std::chrono::minutes(10);
constexpr int kCreations = 3;

struct Found {
  std::int64_t job_id = 0;
  std::int64_t created_time = 0;
  std::string digest;
};

// jobs/list takes a name without regard to case and returns jobs of people, too: only ours of just this name count.
std::optional<Found> as_ours(const Object& job, const std::string& name) {
  const Object& settings = object_in(job, "settings");
  const Object& tags = object_in(settings, "tags");
  if (text(settings, "name") != name || text(tags, "brickwork").empty()) return std::nullopt;
  return Found{.job_id = number_or_zero(job, "job_id"),
               .created_time = number_or_zero(job, "created_time"),
               .digest = std::string(text(tags, "brickwork_digest"))};
}

bool older(const Found& one, const Found& other) {
  return std::tuple(one.created_time, one.job_id) < std::tuple(other.created_time, other.job_id);
}

// The oldest, so that processes that raced to create it agree on one.
Task<Result<std::optional<Found>>> find_job(Context& context, RestClient& client, std::string name) {
  RestRequest request;
  request.path = "/api/2.2/jobs/list";
  request.query = {{"name", name}, {"limit", "100"}};
  Task<Result<Object>> listing = get_all_pages(context, client, std::move(request));
  const Result<Object> list = co_await listing;
  if (!list.ok()) co_return list.status();

  std::optional<Found> oldest;
  for (const json::value& item : array_in(list.value(), "jobs")) {
    if (!item.is_object()) continue;
    std::optional<Found> job = as_ours(item.get_object(), name);
    if (job && (!oldest || older(*job, *oldest))) oldest = std::move(job);
  }
  co_return oldest;
}

// Whether anybody has started a run of it. When nobody can say, somebody may have.
Task<bool> has_runs(Context& context, RestClient& client, std::int64_t job_id) {
  RestRequest request;
  request.path = "/api/2.2/jobs/runs/list";
  request.query = {{"job_id", std::to_string(job_id)}, {"limit", "1"}};
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  const Result<RestResponse> response = co_await sending;
  if (!response.ok() || !response.value().body.is_object()) co_return true;
  co_return !array_in(response.value().body.get_object(), "runs").empty();
}

// The one that lost a race. Another host may have met it meanwhile: with a run it stays, as without its job a run
// cannot be repaired. Left behind it does no harm, so a failure here fails nothing.
Task<Status> delete_unused_job(Context& context, RestClient& client, std::int64_t job_id) {
  Task<bool> asking = has_runs(context, client, job_id);
  const bool used = co_await asking;
  if (used) co_return Status();
  Object body{{"job_id", job_id}};
  Task<Status> deleting = post(context, client, "/api/2.2/jobs/delete", std::move(body));
  co_return co_await deleting;
}

// Creating has no idempotency token, so what happened is looked up each time: after an answer that was lost, whether it
// took; after one that came, whether another process created the same job first.
Task<Result<Found>> create_once(Context& context, RestClient& client, std::string name, std::string digest,
                                Object settings) {
  Status last;
  for (int i = 0; i < kCreations; ++i) {
    Task<Result<std::int64_t>> creating =
        post_for_id(context, client, "/api/2.2/jobs/create", settings, "job_id", Repeat::kStartsSomething);
    const Result<std::int64_t> created = co_await creating;
    last = created.status();
    if (!created.ok() && !may_have_been_taken(last)) co_return last;

    Task<Result<std::optional<Found>>> looking = find_job(context, client, name);
    const Result<std::optional<Found>> found = co_await looking;
    if (!found.ok()) {
      if (!created.ok()) co_return found.status();
      co_return Found{.job_id = created.value(), .digest = digest};
    }
    if (!found.value() && created.ok()) co_return Found{.job_id = created.value(), .digest = digest};
    if (!found.value()) continue;
    if (created.ok() && found.value()->job_id != created.value()) {
      Task<Status> deleting = delete_unused_job(context, client, created.value());
      const Status ignored = co_await deleting;
      (void)ignored;
    }
    co_return *found.value();
  }
  co_return last;
}

}  // namespace

std::string job_name(const group::Compiled& compiled) {
  std::string name(text(compiled.settings, "name"));
  if (!name.empty() && compiled.policy.job_identity == "definition") name += " " + compiled.digest.substr(0, 12);
  return name;
}

Object tagged_settings(const group::Compiled& compiled) {
  Object settings = compiled.settings;
  settings["name"] = job_name(compiled);
  json::value& tags = settings["tags"];
  if (!tags.is_object()) tags.emplace_object();
  tags.get_object()["brickwork"] = "1";
  tags.get_object()["brickwork_digest"] = compiled.digest;
  return settings;
}

Task<Result<Job>> find_or_create_job(Context& context, RestClient& client, Memory& memory,
                                     const group::Compiled& compiled) {
  const std::string name = job_name(compiled);
  Job job;
  bool asked = true;
  std::optional<Found> found;
  const KnownJob* known = memory.jobs.find(name);
  if (known != nullptr && context.loop().now() - known->seen < kBelieved) {
    asked = false;
    found = Found{.job_id = known->job_id, .digest = known->digest};
  } else {
    Task<Result<std::optional<Found>>> looking = find_job(context, client, name);
    Result<std::optional<Found>> result = co_await looking;
    if (!result.ok()) co_return result.status();
    found = std::move(result.value());
  }

  if (!found) {
    Task<Result<Found>> creating = create_once(context, client, name, compiled.digest, tagged_settings(compiled));
    Result<Found> created = co_await creating;
    if (!created.ok()) co_return created.status();
    found = std::move(created.value());
    job.created = true;
  }
  job.job_id = found->job_id;
  job.seen = asked;
  if (found->digest != compiled.digest) {
    Object body{{"job_id", job.job_id}, {"new_settings", tagged_settings(compiled)}};
    Task<Status> resetting = post(context, client, "/api/2.2/jobs/reset", std::move(body));
    const Status status = co_await resetting;
    if (!status.ok()) {
      memory.jobs.forget(name);
      co_return status;
    }
    job.reset = true;
  }
  // Only an answer of the workspace renews the belief; a hit must not keep itself alive.
  if (asked || job.reset)
    memory.jobs.put(name, {.job_id = job.job_id, .digest = compiled.digest, .seen = context.loop().now()});
  co_return job;
}

}  // namespace brickwork::runs
