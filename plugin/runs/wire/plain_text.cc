#include "runs/wire/plain_text.h"

namespace brickwork::runs {
namespace {

constexpr char kEscape = '\x1b';

bool in_range(char c, char first, char last) { return c >= first && c <= last; }

// Behind the sequence that begins with the escape at `at`. One that is cut off ends with the text.
std::size_t after_escape(std::string_view text, std::size_t at) {
  std::size_t next = at + 1;
  if (next >= text.size()) return text.size();
  if (text[next] == '[') {  // parameters, then one final character
    for (++next; next < text.size() && in_range(text[next], 0x20, 0x3f); ++next) {
    }
    return next < text.size() && in_range(text[next], 0x40, 0x7e) ? next + 1 : next;
  }
  if (text[next] == ']') {  // a title or a link, to BEL or to ESC and a backslash
    for (++next; next < text.size(); ++next) {
      if (text[next] == '\a') return next + 1;
      if (text[next] == kEscape) return next + 1 < text.size() && text[next + 1] == '\\' ? next + 2 : next;
      if (text[next] == '\n') return next;  // never ended: not at the cost of what follows
    }
    return text.size();
  }
  while (next < text.size() && in_range(text[next], 0x20, 0x2f)) ++next;
  return next < text.size() && in_range(text[next], 0x30, 0x7e) ? next + 1 : next;
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == kEscape) {
      i = after_escape(text, i);
      continue;
    }
    const bool control = (c >= 0 && c < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    if (!control) plain += c;
    ++i;
  }
  return plain;
}

}  // namespace brickwork::runs
