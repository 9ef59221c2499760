#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include "local/execution/git_checkouts.h"
#include "local/execution/python_runtime.h"
#include "local/executor.h"
#include "local/resources/cluster_records.h"
#include "local/resources/secret_store.h"
#include "local/resources/workspace_tree.h"
#include "local/workspace.h"

namespace brickwork::local {

// What clusters and tasks share. `loop` runs on one thread, and so does everything in this folder: no locks.
struct ExecutionContext {
  boost::asio::io_context& loop;
  Workspace& workspace;
  WorkspaceTree& tree;
  ClusterRecords& records;
  SecretStore& secrets;
  PythonRuntime& python;
  GitCheckouts& checkouts;
  std::string spark_master;
  TaskHost* host = nullptr;  // null: nobody runs notebooks for tasks
};

}  // namespace brickwork::local
