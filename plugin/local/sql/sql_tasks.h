#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "local/execution/execution_context.h"
#include "local/executor.h"
#include "local/sql/sql_objects.h"
#include "local/sql/statements.h"

namespace brickwork::local {

// sql_task of jobs: a saved query, a file of statements, or an alert. Everything happens on the executor's thread.
class SqlTasks {
 public:
  SqlTasks(ExecutionContext& context, Statements& statements, SqlObjects& objects);
  ~SqlTasks();

  static bool takes(const TaskStart& start) { return start.task.contains("sql_task"); }

  // From any thread, as those of an Executor.
  void start(TaskStart start, std::function<void()> running, std::function<void(TaskEnd)> done);
  void cancel(std::int64_t task_run_id);

 private:
  class Task;
  struct Tasks;
  std::shared_ptr<Tasks> tasks_;
};

}  // namespace brickwork::local
