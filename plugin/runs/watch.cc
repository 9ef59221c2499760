#include "runs/insight/insight.h"
#include "runs/output/log_tail.h"
#include "runs/verbs.h"
#include "runs/watch/follow.h"
#include "runs/watch/pace.h"

namespace brickwork::runs {
namespace {

// The key of the one task that is waited for. Without the tasks in the handle a path is its task_key.
Result<std::vector<std::string>> watched_task(const Handle& handle, const Object& request) {
  const std::string path(text(request, "task"));
  if (path.empty()) return std::vector<std::string>();
  if (handle.tasks.empty()) return std::vector<std::string>{path};
  Result<std::vector<std::string>> keys = task_keys_of(handle, {path}, "/task");
  if (keys.ok()) return keys;
  return failure(keys.status().code(), keys.status()->message, "/task");
}

// The watch that a request asks for.
Result<Task<Result<EndOfWatch>>> begin(Context& context, RestClient& client, Memory& memory, const Object& request,
                                       Progress progress, std::shared_ptr<const Rates>* insight) {
  Result<std::shared_ptr<const Rates>> wished = insight_wish(request);
  if (!wished.ok()) return wished.status();
  *insight = std::move(wished.value());
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) return referred.status();
  Result<std::vector<std::string>> task_keys = watched_task(referred.value(), request);
  if (!task_keys.ok()) return task_keys.status();
  const Result<Pace> pace = pace_of(request);
  if (!pace.ok()) return pace.status();
  FollowOptions options{.pace = pace.value(), .task_keys = std::move(task_keys.value())};
  const Result<std::shared_ptr<const LogWish>> logs = log_wish(request);
  if (!logs.ok()) return logs.status();
  options.only_tasks = !options.task_keys.empty() && !logs.value() && !*insight;  // both speak of the whole run
  if (logs.value()) {
    const auto tail = std::make_shared<LogTail>(*logs.value(), std::move(progress));
    options.seen = tail->observer();
    return with_logs(
        context, client, tail,
        follow(context, client, memory, std::move(referred.value()), std::move(options), tail->progress()));
  }
  return follow(context, client, memory, std::move(referred.value()), std::move(options), std::move(progress));
}

Object answer_of(Followed& followed, const std::shared_ptr<const Rates>& insight, std::int64_t now_ms) {
  if (insight) followed.state["insight"] = insight_of(followed.handle, *followed.run, *insight, now_ms);
  return std::move(followed.state);
}

Task<Result<Object>> refused(Status status) { co_return status; }

Task<Result<Object>> answer(Context& context, Task<Result<EndOfWatch>> watching, std::shared_ptr<const Rates> insight) {
  const Result<EndOfWatch> followed = co_await watching;
  if (!followed.ok()) co_return followed.status();
  co_return answer_of(*followed.value(), insight, context.loop().unix_ms());
}

}  // namespace

// No coroutine: its frame would keep the request, which may hold a handle of a thousand tasks, as long as the run goes.
Task<Result<Object>> watch(Context& context, RestClient& client, Memory& memory, Object request, Progress progress) {
  std::shared_ptr<const Rates> insight;
  Result<Task<Result<EndOfWatch>>> following = begin(context, client, memory, request, std::move(progress), &insight);
  if (!following.ok()) return refused(following.status());
  return answer(context, std::move(following.value()), std::move(insight));
}

}  // namespace brickwork::runs
