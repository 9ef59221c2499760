#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "local/executor.h"

namespace brickwork::local {

// --execute=instant, for load tests: every task succeeds at once and nothing is executed, which the message of every
// task and run says. What a task would have been refused for is not looked at.
class InstantExecutor final : public Executor {
 public:
  InstantExecutor();
  ~InstantExecutor() override;

  void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) override;
  void cancel(std::int64_t) override {}  // it has ended, or is about to
  void cluster_released(const std::string&) override {}
  void lose_cluster_of(std::int64_t, const std::string&) override {}
  std::string printed_so_far(std::int64_t) override { return ""; }
  void run_released(std::int64_t) override {}
  void serve(TaskHost&) override {}

 private:
  struct Started {
    bool is_notebook;
    std::function<void()> running;
    std::function<void(TaskEnd)> done;
  };

  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Started> started_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace brickwork::local
