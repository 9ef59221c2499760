#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brickwork {

// Moments as token files and issuers write them, in milliseconds since 1970: RFC 3339 (Google, the Go SDK, the CLI) or
// local time without a zone (the Python SDK, older versions of `az`).
std::optional<std::int64_t> read_timestamp(std::string_view text);

// "2026-11-21T20:15:26.123000+00:00", which all of them read.
std::string timestamp(std::int64_t unix_ms);

}  // namespace brickwork
