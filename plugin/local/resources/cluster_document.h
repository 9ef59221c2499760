#pragma once

#include <boost/json/object.hpp>

#include "local/resources/cluster_records.h"

namespace brickwork::local {

// A cluster as clusters/get shows it.
boost::json::object cluster_document(const Workspace& workspace, const ClusterRecord& record);

// What clusters/create and edit take, without what is no setting of a cluster. Everything that is wrong with it is
// named in one INVALID_PARAMETER_VALUE.
boost::json::object checked_cluster_spec(const boost::json::object& arguments);

}  // namespace brickwork::local
