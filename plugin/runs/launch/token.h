#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/loop.h"

namespace brickwork::runs {

// The idempotency token of a launch: Databricks starts at most one run for it. Made from the launch key, so that
// whoever launches again with the same key meets the same run. `name` is the group's, or the path of a notebook. Not
// the job's id: hosts that create the job at the same moment may have two of them for a while, and must still share one
// run.
std::string keyed_token(std::string_view host, std::string_view name, std::string_view launch_key);

// For a launch without a key: covers only the repetitions of one request. `serial` differs for each launch of a
// process.
std::string chance_token(std::string_view host, std::uint64_t serial, Loop& loop);

}  // namespace brickwork::runs
