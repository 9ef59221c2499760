#pragma once

#include <memory>
#include <string>

#include "local/executor.h"
#include "local/workspace.h"

namespace brickwork::local {

struct ExecutorOptions {
  std::string python;        // --python: the interpreter of tasks
  std::string spark_master;  // --spark-master; empty is this machine
};

std::unique_ptr<Executor> make_executor(Workspace& workspace, const ExecutorOptions& options);

}  // namespace brickwork::local
