#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rest/client.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// Changes something that is there already, so that sending it twice is as good as once: reset, delete, cancel.
Task<Status> post(Context& context, RestClient& client, std::string path, Object body);

// Starts or makes something and returns the id that `member` of the answer holds. DATA_LOSS when a good answer has
// none: then it was started, and nobody can say which it is.
Task<Result<std::int64_t>> post_for_id(Context& context, RestClient& client, std::string path, Object body,
                                       std::string_view member, Repeat repeat,
                                       std::optional<std::int64_t>* date_ms = nullptr);

}  // namespace brickwork::runs
