#pragma once

#include <string>
#include <string_view>

#include "engine/status.h"

namespace brickwork {

// What people paste as the address of their workspace, usually copied out of a browser.
struct WorkspaceHost {
  std::string origin;        // "https://adb-1.2.azuredatabricks.net", no slash at the end
  std::string workspace_id;  // of ?o=, ?w= or ?workspace_id=
  std::string account_id;    // of ?a= or ?account_id=
};
Result<WorkspaceHost> clean_host(std::string_view host);

// Whether an origin is the console of an account and no workspace.
bool is_account_host(std::string_view origin);

}  // namespace brickwork
