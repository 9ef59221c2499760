#include "local/execution/instant_executor.h"

#include <utility>

namespace brickwork::local {

InstantExecutor::InstantExecutor() : thread_([this] { run(); }) {}

InstantExecutor::~InstantExecutor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void InstantExecutor::start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) {
  {
    const std::lock_guard lock(mutex_);
    started_.push_back({task.task.contains("notebook_task"), std::move(running), std::move(done)});
  }
  changed_.notify_one();
}

// On a thread of its own, because the scheduler is not to be called back from inside start().
void InstantExecutor::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !started_.empty(); });
    if (stopping_) return;
    const Started task = std::move(started_.front());
    started_.pop_front();
    lock.unlock();
    task.running();
    task.done(
        {.note = "Nothing was executed: the workspace runs with --execute=instant.", .is_notebook = task.is_notebook});
    lock.lock();
  }
}

}  // namespace brickwork::local
