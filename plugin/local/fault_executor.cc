#include "local/fault_executor.h"

#include <vector>

namespace brickwork::local {

void FaultExecutor::start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) {
  const std::int64_t id = task.task_run_id;
  const std::optional<Fault> fault = faults_.next_of_task(task.task_key);
  if (fault && fault->kind != Fault::Kind::kClusterLost) return refuse(id, *fault, std::move(done));
  {
    const std::lock_guard lock(mutex_);
    started_[id] = {task.cluster.cluster_id, ""};
  }
  if (fault) return start_and_lose(std::move(task), *fault, std::move(running), std::move(done));
  executor_->start(std::move(task), std::move(running),
                   [this, id, done = std::move(done)](TaskEnd end) { done(ended(id, std::move(end))); });
}

void FaultExecutor::start_and_lose(TaskStart task, const Fault& fault, std::function<void()> running,
                                   std::function<void(TaskEnd)> done) {
  const std::int64_t id = task.task_run_id;
  executor_->start(
      std::move(task),
      [this, id, fault, running = std::move(running)] {
        running();
        clock_.call_at(clock_.now_ms() + fault.delay_ms, [this, id, fault] { lose_cluster_of(id, fault.message); });
      },
      [this, id, done = std::move(done)](TaskEnd end) { done(ended(id, std::move(end))); });
}

// The end comes from the clock's thread: an executor never answers from inside start().
void FaultExecutor::refuse(std::int64_t task_run_id, const Fault& fault, std::function<void(TaskEnd)> done) {
  {
    const std::lock_guard lock(mutex_);
    refused_[task_run_id] = std::move(done);
  }
  clock_.call_at(clock_.now_ms() + fault.delay_ms, [this, task_run_id, fault] {
    std::function<void(TaskEnd)> done;
    {
      const std::lock_guard lock(mutex_);
      auto waiting = refused_.extract(task_run_id);
      if (waiting.empty()) return;
      done = std::move(waiting.mapped());
    }
    const bool is_library = fault.kind == Fault::Kind::kLibraryFailure;
    done({.kind = is_library ? TaskEnd::Kind::kLibraryError : TaskEnd::Kind::kClusterError, .error = fault.message});
  });
}

void FaultExecutor::cancel(std::int64_t task_run_id) {
  {
    const std::lock_guard lock(mutex_);
    if (auto waiting = refused_.extract(task_run_id); !waiting.empty()) {
      clock_.call_at(clock_.now_ms(),
                     [done = std::move(waiting.mapped())] { done({.kind = TaskEnd::Kind::kCanceled}); });
      return;
    }
  }
  executor_->cancel(task_run_id);
}

// A cluster takes all of its tasks with it.
void FaultExecutor::lose_cluster_of(std::int64_t task_run_id, const std::string& message) {
  std::vector<std::int64_t> lost;
  {
    const std::lock_guard lock(mutex_);
    const auto first = started_.find(task_run_id);
    if (first == started_.end()) return;
    const std::string cluster_id = first->second.cluster_id;
    for (auto& [id, task] : started_) {
      if (id != task_run_id && (cluster_id.empty() || task.cluster_id != cluster_id)) continue;
      task.lost_because = message;
      lost.push_back(id);
    }
  }
  for (const std::int64_t id : lost) executor_->cancel(id);
}

TaskEnd FaultExecutor::ended(std::int64_t task_run_id, TaskEnd end) {
  const std::lock_guard lock(mutex_);
  const auto task = started_.find(task_run_id);
  if (task == started_.end()) return end;
  if (!task->second.lost_because.empty() && end.kind == TaskEnd::Kind::kCanceled) {
    end.kind = TaskEnd::Kind::kClusterError;
    end.error = task->second.lost_because;
  }
  started_.erase(task);
  return end;
}

}  // namespace brickwork::local
