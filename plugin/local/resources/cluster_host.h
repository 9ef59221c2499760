#pragma once

#include <string>

#include "local/resources/cluster_records.h"

namespace brickwork::local {

// Who brings clusters up and down: the executor. The records say what is wanted (PENDING, RESTARTING, TERMINATING) when
// one of these is called, and the host writes down what came of it. Calls return at once and may come from any thread.
// This one has nothing to bring up, for an executor that executes nothing.
class ClusterHost {
 public:
  explicit ClusterHost(ClusterRecords& records) : records_(records) {}
  virtual ~ClusterHost() = default;
  ClusterHost(const ClusterHost&) = delete;
  ClusterHost& operator=(const ClusterHost&) = delete;

  virtual void start_cluster(const std::string& cluster_id) { records_.set_running(cluster_id); }
  // What runs on it ends; a cluster that is RESTARTING comes up again.
  virtual void stop_cluster(const std::string& cluster_id) {
    const auto record = records_.find(cluster_id);
    if (record && record->state == "TERMINATING")
      records_.set_terminated(cluster_id, record->termination_code, record->state_message);
    records_.set_running(cluster_id);
  }
  // The libraries that are PENDING.
  virtual void install_libraries(const std::string& cluster_id) {
    for (const ClusterLibrary& library : records_.libraries(cluster_id))
      if (library.status == "PENDING") records_.set_library_status(cluster_id, library.library, "INSTALLED", {});
  }

 protected:
  ClusterRecords& records_;
};

}  // namespace brickwork::local
