#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brickwork {

// Moments as the token files of Databricks' SDKs have them, in milliseconds since 1970. The Go SDK and the CLI write
// RFC 3339, the Python SDK writes local time without a zone.
std::optional<std::int64_t> read_cache_time(std::string_view text);

// "2026-11-21T20:15:26.123000+00:00", which all of them read.
std::string cache_time(std::int64_t unix_ms);

}  // namespace brickwork
