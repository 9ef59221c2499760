#include "group/suggest.h"

#include <algorithm>
#include <array>

namespace brickwork::group {
namespace {

// Longer names are cut: a suggestion for a name of 5,000 bytes helps nobody and would cost 25 million steps.
constexpr std::size_t kMaxComparedBytes = 120;

constexpr std::size_t kMostEdits = 5;

std::string without_separators(std::string_view path) {
  std::string key;
  for (char c : path) {
    if (c == '/') {
      key += "__";
    } else {
      key += c;
    }
  }
  return key;
}

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

std::string Suggestions::instead_of(std::string_view text, std::uint32_t group) {
  std::string best;
  std::size_t nearest = most_edits(text) + 1;
  const auto compare = [&](std::string_view candidate, std::string_view shown) {
    work_left_ -= std::min(work_left_, std::min(text.size(), kMaxComparedBytes) * nearest + candidate.size());
    const std::size_t distance = edit_distance(text, candidate, nearest - 1);
    if (distance >= nearest) return;
    nearest = distance;
    best = shown;
  };
  const auto offer = [&](NodeId node, std::string_view name) {
    if (name.empty() || work_left_ == 0) return;
    const std::string path = tree_.path(node);
    // A sibling goes by its name; a task key that was written as Databricks will see it goes by its path.
    compare(name, tree_.parent(node) == group ? name : std::string_view(path));
    if (path.size() == name.size()) return;
    compare(path, path);
    compare(without_separators(path), path);
  };
  for (std::uint32_t i = 0; i < tree_.tasks().size() && nearest > 0; ++i)
    offer({NodeId::Type::kTask, i}, tree_.tasks()[i].name);
  for (std::uint32_t i = 1; i < tree_.groups().size() && nearest > 0; ++i)
    offer({NodeId::Type::kGroup, i}, tree_.groups()[i].name);
  return best;
}

}  // namespace brickwork::group
