#pragma once

#include <cstddef>
#include <string_view>

namespace brickwork::group {

// Insertions, deletions, replacements and swaps of neighbours between the two; `limit` + 1 when they are more than
// `limit`. Of long names only the beginning counts.
std::size_t edit_distance(std::string_view left, std::string_view right, std::size_t limit);

// How many edits a slip of the pen may have, by the length of what was written.
std::size_t most_edits(std::string_view text);

}  // namespace brickwork::group
