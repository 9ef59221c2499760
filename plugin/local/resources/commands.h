#pragma once

#include "local/resources/cluster_service.h"
#include "local/resources/command_host.h"
#include "local/router.h"

namespace brickwork::local {

// Execution contexts and commands, API 1.2. `host` outlives the router's handlers.
void add_commands(Router& router, const ClusterService& clusters, CommandHost& host);

}  // namespace brickwork::local
