#pragma once

#include <memory>
#include <string>

#include "engine/curl_loop.h"
#include "rest/rate_limits.h"
#include "runs/watch/watching.h"

namespace brickwork::boundary {

// The one loop of this process: made for the first client that needs it, stopped when the last one has left. A forked
// child starts with none and leaks its copy of the parent's.
CurlLoop& join_loop();
void leave_loop() noexcept;

// The rate budget that the clients of one workspace share: Databricks counts what arrives, not who opened how many
// clients. It stays for the life of the process, so that a host that opens a client for every call keeps it too.
std::shared_ptr<RateLimits> workspace_budget(const std::string& host, double requests_per_second,
                                             std::shared_ptr<SharedLevels> shared = nullptr);

// The watches of this process. Used on the thread of its one loop; a forked child starts with none.
std::shared_ptr<runs::Watchings> process_watchings();

}  // namespace brickwork::boundary
