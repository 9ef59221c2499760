#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "rest/client.h"

namespace brickwork {

// One thing that a run of a group needs and that somebody may not have, with the request that finds it out.
struct Need {
  std::string what;     // "attach_to_cluster"
  std::string name;     // the id or name of it
  std::string pointer;  // RFC 6901, into the request
  RestRequest probe;    // no path: decided by who asks, without a request
  std::string fix;
};

// What the group of an auth.check names: existing clusters, pools, policies, warehouses, the job of its name, and
// whether it makes clusters of its own. Each once, at the first place that names it. Pure.
std::vector<Need> needs_of(const boost::json::object& group);

}  // namespace brickwork
