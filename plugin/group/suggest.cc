#include "group/suggest.h"

#include <algorithm>

#include "group/edit_distance.h"

namespace brickwork::group {
namespace {

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

std::string Suggestions::instead_of(std::string_view text, std::uint32_t group) {
  std::string best;
  std::size_t nearest = most_edits(text) + 1;
  const auto compare = [&](std::string_view candidate, std::string_view shown) {
    work_left_ -= std::min(work_left_, std::min<std::size_t>(text.size(), 100) * nearest + candidate.size());
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
  for (std::uint32_t i = 0; i < tree_.tasks().size() && nearest > 0 && work_left_ > 0; ++i)
    offer({NodeId::Type::kTask, i}, tree_.tasks()[i].name);
  for (std::uint32_t i = 1; i < tree_.groups().size() && nearest > 0 && work_left_ > 0; ++i)
    offer({NodeId::Type::kGroup, i}, tree_.groups()[i].name);
  return best;
}

}  // namespace brickwork::group
