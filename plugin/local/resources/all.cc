#include "local/resources.h"

namespace brickwork::local {

void add_store_resources(Router& router, Workspace& workspace) { add_identity(router, workspace); }

}  // namespace brickwork::local
