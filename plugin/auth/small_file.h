#pragma once

#include <string>

#include "engine/status.h"

namespace brickwork {

// A file of a login, of at most 1 MiB, read whole. `what` begins the error and says which setting named it:
// FAILED_PRECONDITION with the system's reason. A pipe or a device is refused rather than waited for.
Result<std::string> read_small_file(const std::string& path, const std::string& what);

}  // namespace brickwork
