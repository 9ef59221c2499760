#pragma once

#include "engine/curl_loop.h"

namespace brickwork::boundary {

// The one loop of this process: made for the first client that needs it, stopped when the last one has left. A forked
// child starts with none and leaks its copy of the parent's.
CurlLoop& join_loop();
void leave_loop() noexcept;

}  // namespace brickwork::boundary
