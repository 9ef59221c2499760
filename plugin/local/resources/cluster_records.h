#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "local/workspace.h"

namespace brickwork::local {

struct ClusterRecord {
  std::string cluster_id;
  std::string name;
  std::string source;  // UI, API or JOB
  boost::json::object spec;
  std::string state;  // PENDING, RUNNING, RESTARTING, TERMINATING, TERMINATED
  std::string state_message;
  std::string termination_code;  // USER_REQUEST, JOB_FINISHED, INACTIVITY, ...
  std::int64_t start_time = 0;
  std::int64_t terminated_time = 0;
  std::int64_t last_activity_time = 0;
  std::string creator_user_name;
  std::string termination_type;  // SUCCESS, CLIENT_ERROR, ...
  std::string pinned_by;         // empty: not pinned
  std::int64_t last_restarted_time = 0;

  bool is_terminated() const { return state == "TERMINATED"; }
};

struct ClusterLibrary {
  boost::json::object library;
  std::string status;  // PENDING, INSTALLING, INSTALLED, FAILED, UNINSTALL_ON_RESTART
  boost::json::array messages;
};

struct ClusterEvent {
  std::int64_t timestamp = 0;
  std::string type;
  boost::json::object details;
};

// What the workspace remembers about clusters: their settings, state, events and libraries. Their processes are the
// executor's. Each change of a state is one transaction with its event, and says whether the cluster was in a state
// from which it is allowed; one that is not changes nothing. Any thread may call.
class ClusterRecords {
 public:
  explicit ClusterRecords(Workspace& workspace, std::function<std::int64_t()> now_ms = local::now_ms);

  // PENDING: whoever creates it has it started.
  std::string create(const boost::json::object& spec, const std::string& name, const std::string& creator);
  // A job cluster: known to us when its first task starts. False when it was known before.
  bool create_for_job(const std::string& cluster_id, const std::string& name, const boost::json::object& spec);
  std::optional<ClusterRecord> find(const std::string& cluster_id);
  std::vector<ClusterRecord> all();  // started last first

  bool begin_start(const std::string& cluster_id, const std::string& user);    // TERMINATED -> PENDING
  bool begin_restart(const std::string& cluster_id, const std::string& user);  // RUNNING -> RESTARTING
  bool begin_stop(const std::string& cluster_id, const std::string& code,
                  const std::string& message);      // -> TERMINATING
  bool set_running(const std::string& cluster_id);  // PENDING or RESTARTING -> RUNNING
  bool set_terminated(const std::string& cluster_id, const std::string& code, const std::string& message,
                      const std::string& type = "SUCCESS");
  void set_spec(const std::string& cluster_id, const boost::json::object& spec, const std::string& name,
                const std::string& user);
  void set_size(const std::string& cluster_id, const boost::json::object& size, const std::string& user);
  void set_creator(const std::string& cluster_id, const std::string& user);
  void set_pinned(const std::string& cluster_id, const std::string& user, bool pinned);
  void forget(const std::string& cluster_id);

  void add_event(const std::string& cluster_id, const std::string& type, const boost::json::object& details);
  std::vector<ClusterEvent> events(const std::string& cluster_id);  // oldest first

  // A cluster that is in use is not idle, however long ago its last task began.
  void use_begins(const std::string& cluster_id);
  void use_ends(const std::string& cluster_id);
  bool in_use(const std::string& cluster_id);

  // Installed on a running cluster at once, on another one when it starts, and kept for as long as it runs: one that is
  // installed already stays as it is.
  void add_library(const std::string& cluster_id, const boost::json::object& library);
  void remove_library(const std::string& cluster_id, const boost::json::object& library);
  void set_library_status(const std::string& cluster_id, const boost::json::object& library, const std::string& status,
                          const boost::json::array& messages);
  std::vector<ClusterLibrary> libraries(const std::string& cluster_id);

 private:
  void insert(const ClusterRecord& record);
  void add_event(Transaction& transaction, const std::string& cluster_id, const std::string& type,
                 const boost::json::object& details);
  void touch(const std::string& cluster_id, int change);

  Workspace& workspace_;
  std::function<std::int64_t()> now_ms_;
  std::mutex mutex_;
  std::map<std::string, int> uses_;
};

}  // namespace brickwork::local
