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

  // `logs` is the folder that keeps what each script printed, or empty; `secrets` are not written there.
  InitScripts(ExecutionContext& context, std::filesystem::path directory, std::filesystem::path logs,
              std::map<std::string, std::string> environment, std::vector<std::string> secrets)
      : context_(context),
        directory_(std::move(directory)),
        logs_(std::move(logs)),
        environment_(std::move(environment)),
        secrets_(std::move(secrets)) {}

  void run(const boost::json::array& scripts, Done done);
  void end(std::chrono::milliseconds grace);
  void abandon();  // the server ends; nobody is told

 private:
  void next();
  void ended(const std::string& name, const ProcessExit& exit);
  void keep_logs(const std::string& name) const;
  std::string printed(const std::string& stream, std::size_t limit) const;
  std::filesystem::path file_of(const boost::json::object& script, std::string& error) const;

  ExecutionContext& context_;
  std::filesystem::path directory_;
  std::filesystem::path logs_;
  std::map<std::string, std::string> environment_;
  std::vector<std::string> secrets_;
  std::int64_t started_at_ = 0;
  std::vector<boost::json::object> waiting_;  // the next one last
  std::shared_ptr<Process> process_;
  Done done_;
};

}  // namespace brickwork::local
