#include "group/case_only.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_same(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [](char a, char b) { return small(a) == small(b); });
}

// Of one sort, in the order in which they are offered.
class Names {
 public:
  explicit Names(std::size_t expected) : index_(expected) { names_.reserve(expected); }

  // An earlier name that differs in capital letters alone; empty when there is none.
  std::string_view add(std::string_view name) {
    lower_.assign(name.substr(0, kCompared));
    std::transform(lower_.begin(), lower_.end(), lower_.begin(), small);
    const auto number = static_cast<std::uint32_t>(names_.size());
    names_.push_back(name);
    const std::uint32_t earlier = index_.find_or_add(FlatIndex::hash(lower_), number,
                                                     [&](std::uint32_t other) { return is_same(names_[other], name); });
    if (earlier == FlatIndex::kNone || names_[earlier] == name) return {};
    return names_[earlier];
  }

 private:
  static constexpr std::size_t kCompared = 128;

  std::vector<std::string_view> names_;
  FlatIndex index_;
  std::string lower_;
};

void report(std::string_view name, std::string_view earlier, const Place& place, Findings& findings) {
  findings.warning(place, "keys_differ_in_case",
                   quoted(name) + " and " + quoted(earlier) + " differ in capital letters alone",
                   "give one of them a name that sounds different");
}

void check_array(const json::object& job, std::string_view member, std::string_view key, Findings& findings) {
  const json::array* array = array_in(job, member);
  if (array == nullptr) return;
  const Place root;
  const Place place(root, member);
  Names names(array->size());
  for (std::size_t i = 0; i < array->size(); ++i) {
    const json::object* entry = (*array)[i].if_object();
    const json::string* name = entry != nullptr ? string_in(*entry, key) : nullptr;
    if (name == nullptr) continue;
    const std::string_view earlier = names.add(*name);
    if (!earlier.empty()) report(*name, earlier, Place(Place(place, i), key), findings);
  }
}

}  // namespace

void check_case(const json::object& job, std::span<const CompiledTask> tasks, const Tree& tree, Findings& findings) {
  Names keys(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!tree.tasks()[i].has_key) continue;  // a finding of its own, and there is nothing to point to
    const std::string_view earlier = keys.add(tasks[i].task_key);
    if (earlier.empty()) continue;
    const Place place = tree.place(tree.tasks()[i]);
    report(tasks[i].task_key, earlier, Place(place, "task_key"), findings);
  }
  check_array(job, "job_clusters", "job_cluster_key", findings);
  check_array(job, "environments", "environment_key", findings);
  check_array(job, "parameters", "name", findings);
}

}  // namespace brickwork::group
