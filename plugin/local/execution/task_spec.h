#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "local/executor.h"

namespace brickwork::local {

// What the Python runtime is told to run: {"kind": "notebook" | "python_file" | "wheel" | "jar" | "submit", ...}, or
// why this task cannot run here.
struct TaskKind {
  boost::json::object spec;
  bool is_notebook = false;
  bool from_git = false;         // spec's path is below the checkout of git_source
  bool own_application = false;  // it starts a Spark of its own, and is told the cluster's settings for it
  std::optional<TaskEnd> refused;
};

TaskKind task_kind(const TaskStart& task);

// The task's libraries together with the dependencies of its environment, in the form of `libraries`.
boost::json::array libraries_of(const TaskStart& task);

}  // namespace brickwork::local
