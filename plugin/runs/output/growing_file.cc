#include "runs/output/growing_file.h"

#include <algorithm>

namespace brickwork::runs {
namespace {

constexpr std::size_t kOverlap = 64;
constexpr std::size_t kLongestLine = std::size_t{64} << 10U;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// How many bytes the character that begins with `c` has; 0 when none does.
std::size_t length_of(unsigned char c) {
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c < 0xE0) return 2;
  if (c >= 0xE0 && c < 0xF0) return 3;
  if (c >= 0xF0 && c < 0xF5) return 4;
  return 0;
}

// Neither surrogates nor what a shorter form could say nor what lies above U+10FFFF.
bool allowed(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second < 0xA0;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second < 0x90;
  return true;
}

}  // namespace

GrowingFile::News GrowingFile::take(std::string_view piece) {
  if (!piece.starts_with(overlap_)) return News::kReplaced;
  piece.remove_prefix(overlap_.size());
  if (piece.empty()) return News::kNone;
  read_ += static_cast<std::int64_t>(piece.size());
  unfinished_ += piece;
  overlap_ += piece.substr(piece.size() - std::min(piece.size(), kOverlap));
  if (overlap_.size() > kOverlap) overlap_.erase(0, overlap_.size() - kOverlap);
  return News::kSome;
}

void GrowingFile::begin_again() {
  read_ = 0;
  overlap_.clear();
}

std::vector<std::string> GrowingFile::lines() {
  std::vector<std::string> found;
  std::size_t begin = 0;
  for (;;) {
    std::size_t end = unfinished_.find('\n', begin);
    std::size_t next = end + 1;
    if (end == std::string::npos || end - begin > kLongestLine) {
      if (unfinished_.size() - begin <= kLongestLine) break;
      end = begin + kLongestLine;
      while (end > begin + 1 && continues(unfinished_[end])) --end;
      next = end;
    }
    std::string_view line = std::string_view(unfinished_).substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    found.push_back(as_utf8(line));
    begin = next;
  }
  unfinished_.erase(0, begin);
  line_number_ += static_cast<std::int64_t>(found.size());
  return found;
}

std::string GrowingFile::rest() {
  std::string left = as_utf8(unfinished_);
  unfinished_.clear();
  if (!left.empty()) ++line_number_;
  return left;
}

std::string as_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = length_of(first);
    bool whole = length > 0 && i + length <= bytes.size();
    for (std::size_t k = 1; whole && k < length; ++k) whole = continues(bytes[i + k]);
    if (whole && length > 1) whole = allowed(first, static_cast<unsigned char>(bytes[i + 1]));
    if (whole) {
      text += bytes.substr(i, length);
      i += length;
    } else {
      text += "\xEF\xBF\xBD";
      ++i;
    }
  }
  return text;
}

}  // namespace brickwork::runs
