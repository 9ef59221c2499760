#pragma once

#include <string>
#include <string_view>

#include "local/faults.h"
#include "local/router.h"

namespace brickwork::local {

// What a status fault answers instead of the handler.
Response injected_response(const Fault& fault, std::string_view request_id);

// The right answer as the bytes of HTTP, for a fault that sends them slowly or cuts them off.
std::string injected_bytes(const Fault& fault, const Response& response, std::string_view request_id);

}  // namespace brickwork::local
