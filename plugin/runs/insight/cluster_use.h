#pragma once

#include <map>
#include <optional>
#include <string>

#include "runs/insight/spent.h"
#include "runs/state/handle.h"

namespace brickwork::runs {

// What the host says that compute costs. Databricks publishes DBU rates by cloud, region and plan; none is built in.
struct NodeRate {
  std::optional<double> dbu_per_hour;
  std::optional<double> photon_dbu_per_hour;
};
struct Rates {
  std::map<std::string, NodeRate, std::less<>> node_types;
  std::optional<double> price_per_dbu;
};

// From {"node_types": {"i3.xlarge": {"dbu_per_hour": 1.0, "photon_dbu_per_hour": 2.0}}, "price_per_dbu": 0.15}. Every
// wrong number is a failure with its pointer.
Result<Rates> rates_of(const Object& document, const std::string& pointer);

struct ClusterUse {
  json::array clusters;  // of state/1 insight
  Object dbu;            // low, high, cost_low, cost_high, unpriced; without an estimate only unpriced
};

// One entry for each cluster that tasks of the run were on, and what it is estimated to have used:
//
//   DBU = hours up * (rate of the driver's node type + workers * rate of the workers' node type)
//
// A job cluster is up from when its first task was set up (its start is not charged) to when its last one ended, also
// between them. With autoscaling there are two estimates, for the fewest and the most workers.
ClusterUse cluster_use(const Handle& handle, const Object& run, const Rates& rates, std::int64_t now_ms);

}  // namespace brickwork::runs
