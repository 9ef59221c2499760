#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
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
  std::string state;  // PENDING, RUNNING, TERMINATED
  std::string state_message;
  std::string termination_code;  // USER_REQUEST, JOB_FINISHED, INACTIVITY, ...
  std::int64_t start_time = 0;
  std::int64_t terminated_time = 0;
  std::int64_t last_activity_time = 0;
};

struct ClusterLibrary {
  boost::json::object library;
  std::string status;  // PENDING, INSTALLED, FAILED, UNINSTALL_ON_RESTART
  boost::json::array messages;
};

struct ClusterEvent {
  std::int64_t timestamp = 0;
  std::string type;
  boost::json::object details;
};

// What the workspace remembers about clusters. A cluster costs nothing until a task uses it: here it is a record, and
// its processes are the executor's.
class ClusterRecords {
 public:
  explicit ClusterRecords(Workspace& workspace);

  std::string create(const boost::json::object& spec, const std::string& name);
  // A job cluster: known to us when its first task starts.
  void create_for_job(const std::string& cluster_id, const std::string& name, const boost::json::object& spec);
  std::optional<ClusterRecord> find(const std::string& cluster_id);
  std::vector<ClusterRecord> all();
  void set_running(const std::string& cluster_id);
  void set_terminated(const std::string& cluster_id, const std::string& code, const std::string& message);
  void set_spec(const std::string& cluster_id, const boost::json::object& spec, const std::string& name);
  void forget(const std::string& cluster_id);
  void add_event(const std::string& cluster_id, const std::string& type, const boost::json::object& details);
  std::vector<ClusterEvent> events(const std::string& cluster_id);

  // Libraries of a cluster are installed when its next task starts, and stay for as long as it runs.
  void add_library(const std::string& cluster_id, const boost::json::object& library);
  void set_library_status(const std::string& cluster_id, const boost::json::object& library, const std::string& status,
                          const boost::json::array& messages);
  std::vector<ClusterLibrary> libraries(const std::string& cluster_id);

 private:
  void insert(const ClusterRecord& record);

  Workspace& workspace_;
};

}  // namespace brickwork::local
