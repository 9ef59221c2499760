#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "terminal.h"

namespace brickwork::cli {

// 940 -> "0.9 s", 83'000 -> "1:23", 7'500'000 -> "2:05:00".
std::string duration_text(std::int64_t milliseconds);

// Local time of day, "14:03:59".
std::string time_of_day(std::int64_t unix_ms);

std::int64_t now_ms();

// A verdict of state/1 as people read it: "timed out".
std::string verdict_words(std::string_view verdict);

// One character that says the same, and the text in the colour of the verdict.
std::string verdict_mark(std::string_view verdict, const Terminal& terminal);
std::string verdict_coloured(std::string_view verdict, const std::string& text, const Terminal& terminal);

// Characters, not bytes; each takes one column.
std::size_t columns_of(std::string_view text);
// The first `columns` characters, the last of them an ellipsis when something was cut off.
std::string cut(std::string_view text, std::size_t columns, const Terminal& terminal);
// The first line of an error, without control characters: what stands in it was written by somebody's program.
std::string first_line(std::string_view text);
// Text of somebody's program, fit to be shown: without colours and other control characters but newline and tab.
std::string shown(std::string_view text);

// "1 task", "3 tasks"
std::string counted(std::int64_t count, const char* noun);

}  // namespace brickwork::cli
