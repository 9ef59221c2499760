#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::runs {

// A log file that grows while it is read piece by piece, as lines: each once, in their order, whole. It may be replaced
// by a new one at any moment; that is noticed because each piece begins with the last bytes of the one before.
class GrowingFile {
 public:
  enum class News : std::uint8_t { kNone, kSome, kReplaced };

  // Where the next piece begins, and that it has to be read from there.
  std::int64_t offset() const { return read_ - static_cast<std::int64_t>(overlap_.size()); }

  // A piece that was read at offset(); shorter than what was asked for at the end of the file. After kReplaced nothing
  // of it was taken: what is left of the old file can be had with take_rest, then the new one begins at 0.
  News take(std::string_view piece);
  void begin_again();

  // The lines that are complete; the unfinished one is kept. One without an end in 64 KiB is cut.
  std::vector<std::string> lines();
  // What is left when nothing follows; empty when the last line had its end.
  std::string rest();
  // Of the next line that is given out, counted from 1.
  std::int64_t line_number() const { return line_number_; }

 private:
  std::int64_t read_ = 0;   // bytes of the file so far
  std::string overlap_;     // the last of them
  std::string unfinished_;  // what was read and not given out
  std::int64_t line_number_ = 1;
};

// Bytes as UTF-8, as JSON needs it: what is none becomes U+FFFD.
std::string as_utf8(std::string_view bytes);

}  // namespace brickwork::runs
