#include "local/resources/execution_resources.h"

namespace brickwork::local {

void add_dbfs(Router&, Workspace& workspace) {
  std::filesystem::create_directories(workspace.state_dir / "dbfs");
  std::filesystem::create_directories(workspace.state_dir / "volumes");
}

}  // namespace brickwork::local
