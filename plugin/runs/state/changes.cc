#include "runs/state/changes.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace brickwork::runs {
namespace {

constexpr std::array<std::string_view, 10> kShown = {
    "verdict", "life_cycle_state", "result_state",  "state_message", "error",
    "run_id",  "attempt_number",   "start_time_ms", "end_time_ms",   "repairing"};
constexpr std::array<std::string_view, 3> kShownOfGroups = {"verdict", "tasks_total", "tasks_done"};

template <std::size_t N>
bool differs(const Object& before, const Object& now, const std::array<std::string_view, N>& members) {
  return std::any_of(members.begin(), members.end(), [&](std::string_view name) {
    const json::value* one = before.if_contains(name);
    const json::value* other = now.if_contains(name);
    if (one == nullptr || other == nullptr) return one != other;
    return *one != *other;
  });
}

template <std::size_t N>
void collect(json::array& paths, const json::array& before, const json::array& now,
             const std::array<std::string_view, N>& members) {
  std::unordered_map<std::string_view, const Object*> known;
  for (const json::value& item : before) known.emplace(text(item.get_object(), "path"), &item.get_object());
  for (const json::value& item : now) {
    const auto found = known.find(text(item.get_object(), "path"));
    if (found == known.end() || differs(*found->second, item.get_object(), members))
      paths.push_back(item.get_object().at("path"));
  }
}

}  // namespace

Changes changes(const Object& before, const Object& now) {
  Changes result;
  result.run = text(before, "verdict") != text(now, "verdict") ||
               differs(object_in(before, "run"), object_in(now, "run"), kShown) ||
               array_in(before, "repairs").size() != array_in(now, "repairs").size();
  collect(result.paths, array_in(before, "tasks"), array_in(now, "tasks"), kShown);
  collect(result.paths, array_in(before, "groups"), array_in(now, "groups"), kShownOfGroups);
  return result;
}

}  // namespace brickwork::runs
