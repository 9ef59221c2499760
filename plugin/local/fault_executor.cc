#include "local/fault_executor.h"

namespace brickwork::local {

void FaultExecutor::start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) {
  const std::optional<Fault> fault = faults_.next_of_task(task.task_key);
  if (fault && fault->kind != Fault::Kind::kClusterLost) return refuse(task.task_run_id, *fault, std::move(done));
  if (fault) return start_and_lose(std::move(task), *fault, std::move(running), std::move(done));
  executor_->start(std::move(task), std::move(running), std::move(done));
}

void FaultExecutor::start_and_lose(TaskStart task, const Fault& fault, std::function<void()> running,
                                   std::function<void(TaskEnd)> done) {
  const std::int64_t id = task.task_run_id;
  const auto run_and_lose = [this, id, fault, running = std::move(running)] {
    running();
    clock_.call_at(clock_.now_ms() + fault.delay_ms, [this, id, fault] { lose_cluster_of(id, fault.message); });
  };
  executor_->start(std::move(task), run_and_lose, std::move(done));
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

}  // namespace brickwork::local
