#pragma once

#include "runs/state/handle.h"

namespace brickwork::runs {

// Where a cluster writes what its driver prints, by the cluster_log_conf of its settings: below
// <destination>/<cluster id>/driver. Databricks delivers there every five minutes.
struct LogPlace {
  enum class Kind : std::uint8_t { kDbfs, kVolume };

  Kind kind = Kind::kDbfs;
  std::string directory;  // absolute, as the service of this kind wants it
  std::string cluster_id;
  std::string job_cluster_key;     // empty for the cluster of one task
  std::vector<std::string> tasks;  // paths of those that are or were on it
  bool active = false;             // one of them still is
};

// The clusters of a run whose logs can be read, in the order of the handle's tasks. An S3 destination is the storage's
// own affair and clusters that somebody else made are not in the run's settings; they are left out.
std::vector<LogPlace> log_places(const Handle& handle, const Object& run);

}  // namespace brickwork::runs
