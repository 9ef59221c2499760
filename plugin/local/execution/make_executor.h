#pragma once

#include <memory>
#include <string>

#include "local/executor.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

struct ExecutorOptions {
  std::string python;        // --python: the interpreter of tasks
  std::string spark_master;  // --spark-master; empty is this machine
  int git_seconds = 120;     // --git-seconds: longer than this a checkout of git_source may not take
  bool instant = false;      // --execute=instant: nothing is executed
};

struct People;  // local/resources/execution_resources.h

// The executor, and the resources that tasks and users share: workspace, secrets, DBFS, clusters, libraries.
std::unique_ptr<Executor> make_executor(Router& router, Workspace& workspace, const People& people,
                                        const ExecutorOptions& options);

}  // namespace brickwork::local
