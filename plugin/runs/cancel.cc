#include "runs/cancel.h"

#include "runs/state/attempts.h"
#include "runs/state/verdict.h"
#include "runs/verbs.h"
#include "runs/watch/follow.h"
#include "runs/watch/pace.h"
#include "runs/wire/missing.h"
#include "runs/wire/post.h"

namespace brickwork::runs {
namespace {

std::vector<std::int64_t> active_task_runs(const Object& run, const std::vector<std::string>& keys) {
  const auto attempts = attempts_by_key(run);
  std::vector<std::int64_t> ids;
  for (const std::string& key : keys) {
    const auto found = attempts.find(key);
    if (found != attempts.end() && !ended(*found->second.back()))
      ids.push_back(number_or_zero(*found->second.back(), "run_id"));
  }
  return ids;
}

// Resolves the tasks and stops each that still goes on; returns their keys.
Task<Result<std::vector<std::string>>> cancel_tasks(Context& context, RestClient& client, Handle* handle,
                                                    std::vector<std::string> paths) {
  Task<Result<Run>> looking = look(context, client, handle->run_id);
  const Result<Run> run = co_await looking;
  if (!run.ok()) co_return run.status();
  learn(*handle, *run.value());
  const Result<std::vector<std::string>> keys = task_keys_of(*handle, paths, "/tasks");
  if (!keys.ok()) co_return keys.status();

  std::vector<Task<Status>> cancels;
  for (const std::int64_t id : active_task_runs(*run.value(), keys.value()))
    cancels.push_back(cancel_run(context, client, id));
  Task<std::vector<Status>> cancelling = all(context, std::move(cancels));
  const std::vector<Status> statuses = co_await cancelling;
  for (const Status& status : statuses)
    if (!status.ok()) co_return status;
  co_return keys;
}

}  // namespace

Task<Status> cancel_run(Context& context, RestClient& client, std::int64_t run_id) {
  Object body{{"run_id", run_id}};
  Task<Status> posting = post(context, client, "/api/2.2/jobs/runs/cancel", std::move(body));
  const Status posted = co_await posting;
  const Status status = with_missing_as_not_found(posted);
  const bool refused = status.code() == Code::kInvalidArgument || status.code() == Code::kFailedPrecondition;
  if (!refused) co_return status;

  Task<Result<Run>> looking = look(context, client, run_id);
  const Result<Run> run = co_await looking;
  if (run.ok() && ended(*run.value())) co_return Status();
  co_return status;
}

Task<Result<Object>> cancel(Context& context, RestClient& client, Memory& memory, Object request, Progress progress) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  Handle& handle = referred.value();
  Result<std::vector<std::string>> keys = texts(request, "tasks");
  if (!keys.ok()) co_return keys.status();
  const Result<Pace> pace = pace_of(request);
  if (!pace.ok()) co_return pace.status();

  if (keys.value().empty()) {
    Task<Status> cancelling = cancel_run(context, client, handle.run_id);
    const Status status = co_await cancelling;
    if (!status.ok()) co_return status;
  } else {
    Task<Result<std::vector<std::string>>> cancelling = cancel_tasks(context, client, &handle, std::move(keys.value()));
    Result<std::vector<std::string>> cancelled = co_await cancelling;
    if (!cancelled.ok()) co_return cancelled.status();
    keys = std::move(cancelled);
  }
  if (!flag(request, "wait", false)) co_return Object();

  FollowOptions options{.pace = pace.value(), .task_keys = std::move(keys.value()), .known_to_exist = true};
  Task<Result<EndOfWatch>> following =
      follow(context, client, memory, std::move(handle), std::move(options), std::move(progress));
  Result<EndOfWatch> followed = co_await following;
  if (!followed.ok()) co_return followed.status();
  co_return Object{{"state", std::move(followed.value()->state)}};
}

}  // namespace brickwork::runs
