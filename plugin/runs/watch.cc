#include "runs/follow.h"

namespace brickwork::runs {
namespace {

// The key of the one task that is waited for. Without the tasks in the handle a path is its task_key.
Result<std::string> watched_task(const Handle& handle, const Object& request) {
  const std::string_view path = text(request, "task");
  if (path.empty() || handle.tasks.empty()) return std::string(path);
  for (const auto& task : handle.tasks)
    if (task.path == path || task.task_key == path) return task.task_key;
  return failure(Code::kInvalidArgument, "the run has no task `" + std::string(head(path, 200)) + "`", "/task");
}

}  // namespace

Task<Result<Object>> watch(Context& context, RestClient& client, Memory& memory, Object request, Progress progress) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  const Result<std::string> task_key = watched_task(referred.value(), request);
  if (!task_key.ok()) co_return task_key.status();

  FollowOptions options{.interval = poll_interval(request), .task_key = task_key.value()};
  Task<Result<Followed>> following =
      follow(context, client, memory, std::move(referred.value()), std::move(options), std::move(progress));
  Result<Followed> followed = co_await following;
  if (!followed.ok()) co_return followed.status();
  co_return std::move(followed.value().state);
}

}  // namespace brickwork::runs
