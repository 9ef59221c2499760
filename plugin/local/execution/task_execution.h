#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "local/execution/cluster.h"
#include "local/execution/execution_context.h"
#include "local/execution/process.h"
#include "local/execution/task_spec.h"
#include "local/executor.h"

namespace brickwork::local {

// One attempt of one task on its cluster: libraries, process, requests of the process, how it ended.
class TaskExecution : public std::enable_shared_from_this<TaskExecution> {
 public:
  using Done = std::function<void(TaskEnd)>;

  TaskExecution(ExecutionContext& context, TaskStart task, std::shared_ptr<Cluster> cluster,
                std::function<void()> running, Done done);

  void begin();
  // The end follows with `kind` and `error`, unless the task's own end was here first.
  void stop(TaskEnd::Kind kind, std::string error);
  // The server ends: the process goes, and nobody is told.
  void abandon();
  // For a context: what its process says about commands, and what it is told. Messages to one that has not begun wait.
  void listen(std::function<void(const boost::json::object&)> hear) { hear_ = std::move(hear); }
  void tell(const boost::json::object& message);
  // As get-output will have it; empty for a notebook.
  std::string printed_so_far() const;
  const std::string& cluster_id() const { return cluster_->cluster_id(); }
  const std::shared_ptr<Cluster>& cluster() const { return cluster_; }

 private:
  void check_out();
  void prepare_cluster();
  void install_libraries();
  void start_process();
  void attempt(const std::function<void()>& step);
  boost::json::object process_spec();
  void on_exit(const ProcessExit& exit);
  TaskEnd described_end(const ProcessExit& exit);
  void add_logs(TaskEnd& end) const;
  void redact(TaskEnd& end) const;
  void finish(TaskEnd end);

  // task_requests.cc: what the process says and asks for
  void on_message(boost::json::object message);
  void on_request(const boost::json::object& message);
  void check_scope(const std::string& scope) const;
  void answer(const boost::json::object& request, boost::json::object members);
  void set_task_value(const boost::json::object& request);
  void give_notebook(const boost::json::object& request);
  void give_spark(const boost::json::object& request);
  void run_notebook(const boost::json::object& request);
  void finish_notebook(const boost::json::object& request, const TaskEnd& end);
  void end_notebooks();

  ExecutionContext& context_;
  TaskStart task_;
  TaskKind kind_;
  std::shared_ptr<Cluster> cluster_;
  std::function<void()> running_;
  std::function<void(const boost::json::object&)> hear_;
  std::vector<boost::json::object> untold_;
  Done done_;

  std::filesystem::path directory_;
  std::shared_ptr<Process> process_;
  std::optional<TaskEnd> stopped_;
  std::optional<boost::json::object> end_message_;
  boost::json::object task_values_;
  std::vector<std::string> secrets_;  // what this task has read
  bool used_spark_ = false;
  bool has_notebooks_ = false;  // it asked for dbutils.notebook.run

  using Clock = std::chrono::steady_clock;
  Clock::time_point started_ = Clock::now();
  std::optional<Clock::time_point> running_since_;
  std::optional<Clock::time_point> ended_at_;
};

}  // namespace brickwork::local
