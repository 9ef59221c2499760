#include "local/execution/make_executor.h"

#include <thread>
#include <utility>

namespace brickwork::local {
namespace {

// Refuses every task by name.
class RefusingExecutor final : public Executor {
 public:
  void start(TaskStart task, std::function<void()>, std::function<void(TaskEnd)> done) override {
    TaskEnd end{.kind = TaskEnd::Kind::kNotSupported, .error = "This build runs no tasks: " + task.task_key};
    std::thread([end = std::move(end), done = std::move(done)] { done(end); }).detach();
  }
  void cancel(std::int64_t) override {}
  void cluster_released(const std::string&) override {}
};

}  // namespace

std::unique_ptr<Executor> make_executor(Workspace&, const ExecutorOptions&) {
  return std::make_unique<RefusingExecutor>();
}

}  // namespace brickwork::local
