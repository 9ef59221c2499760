#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "local/executor.h"
#include "local/faults.h"
#include "local/jobs/clock.h"

namespace brickwork::local {

// Stands before the executor and makes tasks meet what the rules say: lost clusters, clusters that do not start,
// libraries that cannot be installed. What it does not disturb goes through as it is.
class FaultExecutor final : public Executor {
 public:
  FaultExecutor(std::unique_ptr<Executor> executor, FaultRules& faults, Clock& clock)
      : executor_(std::move(executor)), faults_(faults), clock_(clock) {}

  void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) override;
  void cancel(std::int64_t task_run_id) override;
  void cluster_released(const std::string& cluster_id) override { executor_->cluster_released(cluster_id); }
  void lose_cluster_of(std::int64_t task_run_id, const std::string& message) override {
    executor_->lose_cluster_of(task_run_id, message);
  }
  std::string printed_so_far(std::int64_t task_run_id) override { return executor_->printed_so_far(task_run_id); }
  void run_released(std::int64_t run_id) override { executor_->run_released(run_id); }
  void serve(TaskHost& host) override { executor_->serve(host); }

 private:
  void start_and_lose(TaskStart task, const Fault& fault, std::function<void()> running,
                      std::function<void(TaskEnd)> done);
  void refuse(std::int64_t task_run_id, const Fault& fault, std::function<void(TaskEnd)> done);

  std::unique_ptr<Executor> executor_;
  FaultRules& faults_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::int64_t, std::function<void(TaskEnd)>> refused_;  // will fail soon, unless they are canceled before
};

}  // namespace brickwork::local
