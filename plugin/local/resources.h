#pragma once

#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

class Scheduler;

// One line for each resource; each is a file in resources/ (jobs in jobs/) that creates its tables and adds its routes.
void add_identity(Router& router, Workspace& workspace);
void add_jobs(Router& router, Workspace& workspace, Scheduler& scheduler);
void add_run_page(Router& router, Workspace& workspace, Scheduler& scheduler);

// All that need only the store: called once by main. New resources are added to this list, in resources/all.cc.
void add_store_resources(Router& router, Workspace& workspace);

}  // namespace brickwork::local
