#include "terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

namespace brickwork::cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// As setlocale decides: LC_ALL, then LC_CTYPE, then LANG.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = environment(name);
    if (value.empty()) continue;
    for (const char* spelling : {"UTF-8", "utf-8", "UTF8", "utf8"}) {
      if (value.find(spelling) != std::string_view::npos) return true;
    }
    return false;
  }
  return false;
}

}  // namespace

Terminal Terminal::of(std::FILE* stream) {
  Terminal terminal;
  terminal.unicode = locale_is_utf8();
  if (isatty(fileno(stream)) == 0) return terminal;
  const bool dumb = environment("TERM").empty() || environment("TERM") == "dumb";
  terminal.live = !dumb;
  terminal.colour = !dumb && environment("NO_COLOR").empty();
  winsize size{};
  if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    terminal.columns = size.ws_col;
    terminal.rows = size.ws_row;
  }
  return terminal;
}

}  // namespace brickwork::cli
