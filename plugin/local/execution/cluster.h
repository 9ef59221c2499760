#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "local/execution/execution_context.h"
#include "local/execution/init_scripts.h"
#include "local/execution/prepared_interpreter.h"
#include "local/execution/process.h"

namespace brickwork::local {

// Where the tasks of one cluster run: their libraries, and the Spark application that they share. The application's JVM
// is started for the first task that touches `spark` and ends with the cluster.
class Cluster : public std::enable_shared_from_this<Cluster> {
 public:
  struct Spark {
    std::string error;  // empty when the application is there
    std::int64_t port = 0;
    std::string secret;
  };
  using WhenSpark = std::function<void(const Spark&)>;
  using WhenInstalled = std::function<void(const std::string& error)>;  // empty when all is installed

  Cluster(ExecutionContext& context, std::string cluster_id, std::string name, boost::json::object spec);

  const std::string& cluster_id() const { return cluster_id_; }
  std::string spark_version() const;

  // Runs the init scripts of the workspace and of the cluster once; `then` gets the reason when one of them failed, now
  // and every time after.
  void prepare(std::function<void(const std::string& error)> then);
  const std::string& failure_code() const { return failure_code_; }
  // Runs `then` when every library is installed or one of them could not be. One installation at a time.
  void install(const boost::json::array& libraries, WhenInstalled then);
  // Directories for sys.path with what was installed.
  std::vector<std::string> site_directories() const;

  // A Python process for one task: forked from the cluster's prepared interpreter, or started when that has gone.
  std::shared_ptr<Process> start_task(const std::filesystem::path& directory, const std::filesystem::path& log_file,
                                      Process::Callbacks callbacks);

  // spark_env_vars and what Databricks sets, with {{secrets/scope/key}} replaced; the values go into `secrets`.
  std::map<std::string, std::string> environment(std::vector<std::string>& secrets) const;
  // What a process of the cluster is started with: what Python and its native libraries read before any code runs, such
  // as PYTHONHASHSEED or OMP_NUM_THREADS, has to be there already. Without the variables that hold a secret.
  std::map<std::string, std::string> start_environment() const;

  // What starts a Spark application with the cluster's settings.
  boost::json::object driver_start(std::vector<std::string>& secrets) const;

  // Where cluster_log_conf wants what the driver prints, stdout and stderr; empty when it names no place of this
  // machine.
  std::filesystem::path driver_logs() const;
  std::filesystem::path init_script_logs() const;

  void spark(WhenSpark then);
  // The task's Spark jobs are cancelled and its tables are written down before `then`.
  void task_left(const std::string& job_group, std::function<void()> then);
  void end(std::chrono::milliseconds grace);
  // The server ends: the processes go, and who waits for them is not told.
  void abandon();

 private:
  std::filesystem::path log_folder() const;
  std::vector<GlobalInitScript> global_init_scripts() const;
  bool has_init_scripts() const;

  // cluster_install.cc: libraries
  void begin_next_install();
  void start_installer();
  boost::json::object self_made_answer(const std::string& failure) const;
  void installed(const boost::json::object& message);
  boost::json::array jars() const;
  void hand_new_jars_to_driver();

  // cluster_spark.cc: the Spark application
  void start_driver();
  void driver_said(const boost::json::object& message);
  void driver_ended(const ProcessExit& exit);
  void answer_spark(const Spark& spark);
  void synchronise(boost::json::object message, std::function<void()> then);

  void remove_files_if_ended();
  std::string expanded(const std::string& text, std::vector<std::string>& secrets) const;

  struct Install {
    boost::json::array libraries;
    WhenInstalled then;
  };

  ExecutionContext& context_;
  std::string cluster_id_;
  std::string name_;
  boost::json::object spec_;
  std::filesystem::path directory_;  // of this start of the cluster: a restarted one has a new one
  bool ended_ = false;

  std::shared_ptr<InitScripts> init_scripts_;
  std::optional<std::string> prepared_;               // the error, empty when the cluster is ready
  std::string failure_code_ = "INIT_SCRIPT_FAILURE";  // of `prepared_`
  std::vector<std::function<void(const std::string&)>> waiting_to_be_prepared_;

  // Made for the first task; made anew when libraries were installed, because it may have imported what they replace.
  std::unique_ptr<PreparedInterpreter> interpreter_;

  std::vector<Install> installs_;  // the first one is under way
  std::shared_ptr<Process> installer_;
  std::set<std::string> installed_;  // libraries as JSON text

  std::shared_ptr<Process> driver_;
  std::optional<Spark> spark_;
  std::set<std::string> jars_of_driver_;  // what the running driver has been told of
  std::vector<WhenSpark> waiting_for_spark_;
  std::map<std::int64_t, std::function<void()>> synchronising_;
  std::int64_t last_synchronisation_ = 0;
};

}  // namespace brickwork::local
