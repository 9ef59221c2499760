#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "local/execution/execution_context.h"
#include "local/execution/process.h"

namespace brickwork::local {

// Runs the init_scripts of a cluster, one after the other, before its first task.
class InitScripts : public std::enable_shared_from_this<InitScripts> {
 public:
  using Done = std::function<void(const std::string& error)>;  // empty when every script ended with 0

  InitScripts(ExecutionContext& context, std::filesystem::path directory,
              std::map<std::string, std::string> environment)
      : context_(context), directory_(std::move(directory)), environment_(std::move(environment)) {}

  void run(const boost::json::array& scripts, Done done);
  void end(std::chrono::milliseconds grace);
  void abandon();  // the server ends; nobody is told

 private:
  void next();
  std::filesystem::path file_of(const boost::json::object& script, std::string& error) const;

  ExecutionContext& context_;
  std::filesystem::path directory_;
  std::map<std::string, std::string> environment_;
  std::vector<boost::json::object> waiting_;  // the next one last
  std::shared_ptr<Process> process_;
  Done done_;
};

}  // namespace brickwork::local
