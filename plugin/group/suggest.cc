#include "group/suggest.h"

#include <algorithm>
#include <vector>

namespace brickwork::group {
namespace {

// Longer names are cut: a suggestion for a name of 5,000 bytes helps nobody and would cost 25 million steps.
constexpr std::size_t kMaxComparedBytes = 120;

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
  const std::size_t difference = left.size() > right.size() ? left.size() - right.size() : right.size() - left.size();
  if (difference > limit) return limit + 1;
  std::vector<std::size_t> two_above(right.size() + 1);
  std::vector<std::size_t> above(right.size() + 1);
  std::vector<std::size_t> row(right.size() + 1);
  for (std::size_t j = 0; j <= right.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const bool same = left[i - 1] == right[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > limit) return limit + 1;
    std::swap(two_above, above);
    std::swap(above, row);
  }
  return above[right.size()];
}

std::string Suggestions::instead_of(std::string_view text, std::uint32_t group) {
  text = text.substr(0, kMaxComparedBytes);
  std::string best;
  std::size_t nearest = std::max<std::size_t>(1, text.size() / 3) + 1;
  const auto offer = [&](NodeId node, std::string_view name) {
    if (name.empty() || work_left_ == 0) return;
    const std::string path = tree_.path(node);
    // A sibling goes by its name; a task key that was written as Databricks will see it goes by its path.
    const std::string_view shown = tree_.parent(node) == group ? name : std::string_view(path);
    for (const std::string& candidate : {std::string(name), path, without_separators(path)}) {
      const std::string_view compared = std::string_view(candidate).substr(0, kMaxComparedBytes);
      const std::size_t cost = text.size() * compared.size() + candidate.size() + 1;
      work_left_ -= std::min(work_left_, cost);
      const std::size_t distance = edit_distance(text, compared, nearest - 1);
      if (distance >= nearest) continue;
      nearest = distance;
      best = shown;
    }
  };
  for (std::uint32_t i = 0; i < tree_.tasks().size() && nearest > 0; ++i)
    offer({NodeId::Type::kTask, i}, tree_.tasks()[i].name);
  for (std::uint32_t i = 1; i < tree_.groups().size() && nearest > 0; ++i)
    offer({NodeId::Type::kGroup, i}, tree_.groups()[i].name);
  return best;
}

}  // namespace brickwork::group
