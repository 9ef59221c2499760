#include "local/resources/execution_resources.h"

namespace brickwork::local {

void add_clusters(Router&, Workspace&, ClusterRecords&, std::function<void(const std::string&)>) {}

}  // namespace brickwork::local
