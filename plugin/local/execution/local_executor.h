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
#include "local/resources/cluster_host.h"
#include "local/resources/command_host.h"
#include "local/resources/compute/cluster_rules.h"

namespace brickwork::local {

// Runs tasks as processes of this machine. Everything happens on one thread of its own.
class LocalExecutor final : public Executor, public ClusterHost, public CommandHost {
 public:
  LocalExecutor(Workspace& workspace, WorkspaceTree& tree, ClusterRecords& records, SecretStore& secrets,
                const ExecutorOptions& options, ClusterRules* rules = nullptr);  // null: there are none
  ~LocalExecutor() override;  // ends every process; no further callback

  void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) override;
  void cancel(std::int64_t task_run_id) override;
  void cluster_released(const std::string& cluster_id) override;
  void lose_cluster_of(std::int64_t task_run_id, const std::string& message) override;
  std::string printed_so_far(std::int64_t task_run_id) override;
  void run_released(std::int64_t run_id) override;
  void serve(TaskHost& host) override { context_.host = &host; }
  ExecutionContext& context() { return context_; }

  void start_cluster(const std::string& cluster_id) override;
  void stop_cluster(const std::string& cluster_id) override;  // its tasks end with kClusterError
  void install_libraries(const std::string& cluster_id) override;

  void open_context(std::int64_t context, const std::string& cluster_id, const std::string& language,
                    const std::string& user_name, Hear hear) override;
  void tell_context(std::int64_t context, const boost::json::object& message) override;
  void close_context(std::int64_t context) override;

 private:
  void begin(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done);
  // Null, and `error` filled, when there is no such cluster.
  std::shared_ptr<Cluster> cluster_for(const TaskStart& task, std::string& error);
  // The settings of a new cluster, or nothing and `error` filled when the task's user may not have it.
  std::optional<boost::json::object> granted(const TaskStart& task, std::string& error);
  std::shared_ptr<Cluster> job_cluster(const ClusterUse& use, const boost::json::object& spec);
  void begin_context(TaskStart start, const Hear& hear);
  std::shared_ptr<Cluster> cluster_of(const ClusterRecord& record);
  void bring_up(const std::shared_ptr<Cluster>& cluster);
  void install_pending(const std::shared_ptr<Cluster>& cluster);
  void finish_stop(const std::string& cluster_id);
  void end_tasks_of(const std::string& cluster_id, const std::string& error);
  void end_cluster(const std::string& cluster_id);

  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{loop_.get_executor()};
  ClusterRules* rules_;
  PythonRuntime python_;
  GitCheckouts checkouts_;
  ExecutionContext context_;
  std::map<std::string, std::shared_ptr<Cluster>> clusters_;
  std::vector<std::weak_ptr<Cluster>> ending_;  // their drivers have been asked to end and have not done so yet
  std::map<std::int64_t, std::shared_ptr<TaskExecution>> tasks_;
  std::thread thread_;
};

}  // namespace brickwork::local
