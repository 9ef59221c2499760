#pragma once

#include <cstdint>
#include <ctime>
#include <string>

namespace brickwork::local {

// 2023-01-30T22:23:23.140Z
inline std::string iso_time(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text) + "." + std::to_string(1000 + time_ms % 1000).substr(1) + "Z";
}

}  // namespace brickwork::local
