#include "show/words.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace brickwork::cli {
namespace {

struct Look {
  std::string_view verdict, words, mark, plain_mark, colour;
};

constexpr std::string_view kGreen = "32", kRed = "31", kYellow = "33", kBlue = "36", kFaint = "2";

constexpr std::array<Look, 13> kLooks{{
    {"succeeded", "succeeded", "✓", "+", kGreen},
    {"succeeded_with_failures", "succeeded with failures", "✓", "+", kYellow},
    {"failed", "failed", "✗", "x", kRed},
    {"timed_out", "timed out", "✗", "x", kRed},
    {"canceled", "canceled", "■", "-", kYellow},
    {"running", "running", "●", "*", kBlue},
    {"pending", "pending", "○", "o", kBlue},
    {"waiting", "waiting", "·", ".", kFaint},
    {"skipped", "skipped", "-", "-", kFaint},
    {"upstream_failed", "not run: a task before it failed", "-", "-", kYellow},
    {"upstream_canceled", "not run: a task before it was canceled", "-", "-", kYellow},
    {"excluded", "excluded", "-", "-", kFaint},
    {"disabled", "disabled", "-", "-", kFaint},
}};

const Look* look_of(std::string_view verdict) {
  for (const Look& look : kLooks) {
    if (look.verdict == verdict) return &look;
  }
  return nullptr;
}

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

// A terminal's control sequence: parameters up to a letter or another final byte. Traces of notebooks come with
// colours.
std::size_t end_of_sequence(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] < 0x40 || text[at] > 0x7E)) ++at;
  return at;
}

}  // namespace

std::string duration_text(std::int64_t milliseconds) {
  char text[32];
  const std::int64_t seconds = milliseconds / 1000;
  if (milliseconds < 60'000) {
    std::snprintf(text, sizeof text, "%lld.%lld s", static_cast<long long>(seconds),
                  static_cast<long long>(milliseconds % 1000 / 100));
  } else if (seconds < 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(seconds / 60),
                  static_cast<long long>(seconds % 60));
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                  static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
  }
  return text;
}

std::string time_of_day(std::int64_t unix_ms) {
  const std::time_t seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &local);
  return text;
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string verdict_words(std::string_view verdict) {
  const Look* look = look_of(verdict);
  return std::string(look == nullptr ? verdict : look->words);
}

std::string verdict_mark(std::string_view verdict, const Terminal& terminal) {
  const Look* look = look_of(verdict);
  if (look == nullptr) return "?";
  return std::string(terminal.unicode ? look->mark : look->plain_mark);
}

std::string verdict_coloured(std::string_view verdict, const std::string& text, const Terminal& terminal) {
  const Look* look = look_of(verdict);
  if (!terminal.colour || look == nullptr) return text;
  return "\033[" + std::string(look->colour) + "m" + text + "\033[0m";
}

std::size_t columns_of(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += starts_character(c) ? 1 : 0;
  return count;
}

std::string cut(std::string_view text, std::size_t columns, const Terminal& terminal) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  const std::string ellipsis = terminal.unicode ? "…" : "~";
  std::size_t bytes = 0;
  for (std::size_t kept = 0; bytes < text.size(); ++bytes) {
    if (starts_character(text[bytes]) && kept++ == columns - 1) break;
  }
  return std::string(text.substr(0, bytes)) + ellipsis;
}

std::string first_line(std::string_view text) { return shown(text.substr(0, text.find('\n'))); }

std::string shown(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (text.substr(i, 2) == "\033[") {
      i = end_of_sequence(text, i + 2);
    } else if (byte >= 0x20 ? byte != 0x7F : (byte == '\n' || byte == '\t')) {
      clean += text[i];
    }
  }
  return clean;
}

std::string counted(std::int64_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace brickwork::cli
