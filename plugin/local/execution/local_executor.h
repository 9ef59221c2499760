#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "local/execution/cluster.h"
#include "local/execution/execution_context.h"
#include "local/execution/make_executor.h"
#include "local/execution/task_execution.h"
#include "local/executor.h"

namespace brickwork::local {

// Runs tasks as processes of this machine. Everything happens on one thread of its own.
class LocalExecutor final : public Executor {
 public:
  LocalExecutor(Workspace& workspace, WorkspaceTree& tree, ClusterRecords& records, SecretStore& secrets,
                const ExecutorOptions& options);
  ~LocalExecutor() override;  // ends every process; no further callback

  void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) override;
  void cancel(std::int64_t task_run_id) override;
  void cluster_released(const std::string& cluster_id) override;

  // The user terminated the cluster: its tasks end with kClusterError.
  void terminate_cluster(const std::string& cluster_id);

 private:
  void begin(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done);
  // Null, and `error` filled, when there is no such cluster.
  std::shared_ptr<Cluster> cluster_for(const TaskStart& task, std::string& error);
  void end_cluster(const std::string& cluster_id);

  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  PythonRuntime python_;
  ExecutionContext context_;
  std::map<std::string, std::shared_ptr<Cluster>> clusters_;
  std::map<std::int64_t, std::shared_ptr<TaskExecution>> tasks_;
  std::thread thread_;
};

}  // namespace brickwork::local
