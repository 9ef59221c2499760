#include "local/resources/cluster_reaper.h"

#include "local/fields.h"

namespace brickwork::local {
namespace {

constexpr std::int64_t kMinute = 60'000;

}  // namespace

ClusterReaper::ClusterReaper(ClusterRecords& records, ClusterHost& host, Clock& clock)
    : records_(records), host_(host), clock_(clock) {
  wait();
}

// The clock keeps the next look; it is stopped before this is gone, and one that is not finds `alive_` gone.
void ClusterReaper::wait() {
  clock_.call_at(clock_.now_ms() + kMinute, [this, alive = std::weak_ptr<bool>(alive_)] {
    const auto still = alive.lock();
    if (!still) return;
    check();
    wait();
  });
}

void ClusterReaper::check() {
  const std::int64_t now = clock_.now_ms();
  for (const ClusterRecord& record : records_.all()) {
    if (record.state != "RUNNING" || record.source == "JOB" || records_.in_use(record.cluster_id)) continue;
    const std::int64_t minutes = integer_field(record.spec, "autotermination_minutes").value_or(0);
    if (minutes == 0 || record.last_activity_time + minutes * kMinute > now) continue;
    const std::string message = "Cluster was terminated after " + std::to_string(minutes) + " minutes of inactivity";
    if (records_.begin_stop(record.cluster_id, "INACTIVITY", message)) host_.stop_cluster(record.cluster_id);
  }
}

}  // namespace brickwork::local
