#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace brickwork {

// The Retry-After header in both of its forms (RFC 9110, 10.2.3): whole seconds, or a date, which is counted from
// `unix_ms`. A date in the past is "now"; what is neither is no wish.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view header, std::int64_t unix_ms);

// The Date header, or any other moment of HTTP, in milliseconds since 1970.
std::optional<std::int64_t> parse_http_date_ms(std::string_view header);

}  // namespace brickwork
