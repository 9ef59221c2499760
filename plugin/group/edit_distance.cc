#include "group/edit_distance.h"

#include <algorithm>
#include <array>

namespace brickwork::group {
namespace {

// Longer names are cut: a suggestion for a name of 5,000 bytes helps nobody and would cost 25 million steps.
constexpr std::size_t kMaxComparedBytes = 120;
constexpr std::size_t kMostEdits = 5;

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right, std::size_t limit) {
  left = left.substr(0, kMaxComparedBytes);
  right = right.substr(0, kMaxComparedBytes);
  const std::size_t difference = left.size() > right.size() ? left.size() - right.size() : right.size() - left.size();
  if (difference > limit) return limit + 1;
  std::array<std::size_t, kMaxComparedBytes + 2> rows[3];
  std::size_t* two_above = rows[0].data();
  std::size_t* above = rows[1].data();
  std::size_t* row = rows[2].data();
  for (std::size_t j = 0; j <= right.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    // What lies further than the limit from the diagonal cannot come back.
    const std::size_t first = i > limit ? i - limit : 1;
    const std::size_t last = std::min(right.size(), i + limit);
    row[first - 1] = first == 1 ? i : limit + 1;
    std::size_t least = row[first - 1];
    for (std::size_t j = first; j <= last; ++j) {
      const std::size_t from_above = j < i + limit ? above[j] + 1 : limit + 1;
      row[j] = std::min({from_above, row[j - 1] + 1, above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)});
      if (i > 1 && j > first && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    std::swap(two_above, above);
    std::swap(above, row);
  }
  return std::min(above[right.size()], limit + 1);
}

std::size_t most_edits(std::string_view text) { return std::clamp<std::size_t>(text.size() / 3, 1, kMostEdits); }

}  // namespace brickwork::group
