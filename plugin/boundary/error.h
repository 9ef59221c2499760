#pragma once

#include <boost/json.hpp>

#include "brickwork/plugin.h"
#include "engine/status.h"

namespace brickwork::boundary {

// The words of plugin.h without their prefix; "UNKNOWN_STATUS" for any other number.
const char* status_name(bw_status status) noexcept;

boost::json::object finding_json(const Finding& finding);

// The object behind a status that is neither OK nor PENDING. Throws std::bad_alloc.
bw_error* make_error(const Status& status);

// Two that live as long as the process, because there is no memory to make another: frees pass them by. The first says
// that the call changed nothing; the second that an operation is over, and only its outcome was lost.
bw_error* out_of_memory_error() noexcept;
bw_error* lost_outcome_error() noexcept;

bw_status error_status(const bw_error* error) noexcept;
void error_message(const bw_error* error, bw_text* message) noexcept;
void error_json(const bw_error* error, bw_text* json) noexcept;
void free_error(bw_error* error) noexcept;

}  // namespace brickwork::boundary
