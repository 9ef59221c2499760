#pragma once

#include <functional>
#include <memory>

#include "local/jobs/clock.h"
#include "local/resources/cluster_host.h"
#include "local/resources/cluster_records.h"

namespace brickwork::local {

// Terminates clusters that nobody has used for their autotermination_minutes. Looks once a minute of `clock`; nothing
// happens any more when it is gone.
class ClusterReaper {
 public:
  ClusterReaper(ClusterRecords& records, ClusterHost& host, Clock& clock);

  void check();

 private:
  void wait();

  ClusterRecords& records_;
  ClusterHost& host_;
  Clock& clock_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace brickwork::local
