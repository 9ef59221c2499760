#pragma once

#include <filesystem>
#include <string>

namespace brickwork::local {

struct LogTail {
  std::string text;
  bool truncated = false;
};

// The last `limit` bytes of a log; "" when there is no file. What is not UTF-8 is replaced, because it goes into JSON.
LogTail log_tail(const std::filesystem::path& file, std::size_t limit);

// Puts [REDACTED] where `secret` stands.
void redact(std::string& text, const std::string& secret);

}  // namespace brickwork::local
