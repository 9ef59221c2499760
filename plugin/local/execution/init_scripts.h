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
#include "local/resources/compute/global_init_scripts.h"

namespace brickwork::local {

// Runs the init scripts of a cluster, one after the other, before its first task: the workspace's own, then the
// cluster's.
class InitScripts : public std::enable_shared_from_this<InitScripts> {
 public:
  struct End {
    std::string error;        // empty when every script ended with 0
    bool was_global = false;  // the one that failed
  };
  using Done = std::function<void(const End& end)>;

  // `logs` is the folder that keeps what each script printed, or empty; `secrets` are not written there.
  InitScripts(ExecutionContext& context, std::filesystem::path directory, std::filesystem::path logs,
              std::map<std::string, std::string> environment, std::vector<std::string> secrets)
      : context_(context),
        directory_(std::move(directory)),
        logs_(std::move(logs)),
        environment_(std::move(environment)),
        secrets_(std::move(secrets)) {}

  void plan(const std::vector<GlobalInitScript>& global, const boost::json::array& scripts);
  // As cluster events show them: what they are and, once they ended, how.
  boost::json::object described() const;
  void run(Done done);
  void end(std::chrono::milliseconds grace);
  void abandon();  // the server ends; nobody is told

 private:
  struct Script {
    std::string name;
    std::filesystem::path file;
    std::string missing;  // why there is nothing to run
    std::string content;  // of a global one, written to `file` before it runs
    boost::json::object shown;
    bool is_global = false;
  };
  Script global_script(const GlobalInitScript& script) const;
  Script own_script(const boost::json::object& named) const;
  Script& current() { return scripts_[next_ - 1]; }

  void next();
  void start();
  void ended(const ProcessExit& exit);
  void fail(const std::string& status, const std::string& error);
  void keep_logs(const std::string& name) const;
  std::string printed(const std::string& stream, std::size_t limit) const;

  ExecutionContext& context_;
  std::filesystem::path directory_;
  std::filesystem::path logs_;
  std::map<std::string, std::string> environment_;
  std::vector<std::string> secrets_;
  std::int64_t started_at_ = 0;
  std::vector<Script> scripts_;
  std::size_t next_ = 0;
  std::shared_ptr<Process> process_;
  Done done_;
};

}  // namespace brickwork::local
