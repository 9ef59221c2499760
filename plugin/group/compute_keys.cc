#include "group/compute_keys.h"

#include <unordered_map>

#include "group/edit_distance.h"

namespace brickwork::group {

namespace json = boost::json;

// The keys that one array of the job declares, and what refers to them.
class ComputeKeys::Declared {
 public:
  Declared(const json::object& job, std::string_view array_name, std::string_view key, std::string_view rule)
      : array_name_(array_name), key_(key), rule_(rule) {
    const json::array* array = array_in(job, array_name);
    if (array == nullptr) return;
    for (std::size_t i = 0; i < array->size(); ++i) {
      const json::object* object = (*array)[i].if_object();
      if (const json::string* name = object != nullptr ? string_in(*object, key) : nullptr)
        entries_.try_emplace(*name, Entry{i, false});
    }
  }

  std::string_view key() const { return key_; }

  void check(const json::string* wanted, const Place& place, Findings& findings) {
    if (wanted == nullptr) return;
    if (const auto entry = entries_.find(*wanted); entry != entries_.end()) {
      entry->second.is_used = true;
      return;
    }
    std::string nearest;
    std::size_t distance = most_edits(*wanted) + 1;
    for (const auto& [key, entry] : entries_) {
      if (entries_.size() > 100) break;  // Databricks takes no more
      const std::size_t other = edit_distance(*wanted, key, distance);
      if (other > distance || (other == distance && (nearest.empty() || key >= nearest))) continue;
      distance = other;
      nearest = key;
    }
    const std::string declare = "declare it under " + std::string(array_name_);
    findings.error(Place(place, key_), rule_,
                   std::string(key_) + " " + quoted(*wanted) + " is not declared under " + std::string(array_name_),
                   nearest.empty() ? declare : "did you mean " + quoted(nearest) + "? If not, " + declare);
  }

  void check_unused(Findings& findings) const {
    const Place root;
    const Place place(root, array_name_);
    for (const auto& [key, entry] : entries_) {
      if (entry.is_used) continue;
      findings.warning(Place(place, entry.index), "unused_" + std::string(key_),
                       std::string(key_) + " " + quoted(key) + " is named by no task", "take it out or name it");
    }
  }

 private:
  struct Entry {
    std::size_t index;
    bool is_used;
  };

  std::string_view array_name_;
  std::string_view key_;
  std::string_view rule_;
  std::unordered_map<std::string_view, Entry> entries_;
};

namespace {

const json::object* repeated_task(const TaskMembers& members) {
  if (members.kind == nullptr || members.kind->member != "for_each_task") return nullptr;
  const json::object* loop = members.kind_value->if_object();
  return loop != nullptr ? object_in(*loop, "task") : nullptr;
}

}  // namespace

ComputeKeys::ComputeKeys(const json::object& job)
    : clusters_(std::make_unique<Declared>(job, "job_clusters", "job_cluster_key", "unknown_job_cluster_key")),
      environments_(std::make_unique<Declared>(job, "environments", "environment_key", "unknown_environment_key")) {}

ComputeKeys::~ComputeKeys() = default;

void ComputeKeys::check(const TaskNode& task, const TaskChoices& choices, const Place& place, Findings& findings) {
  clusters_->check(choices.job_cluster_key, place, findings);
  environments_->check(choices.environment_key, place, findings);
  const json::object* repeated = repeated_task(task.members);
  if (repeated == nullptr) return;
  const Place loop_place(place, "for_each_task");
  const Place repeated_place(loop_place, "task");
  clusters_->check(string_in(*repeated, "job_cluster_key"), repeated_place, findings);
  environments_->check(string_in(*repeated, "environment_key"), repeated_place, findings);
}

void ComputeKeys::check_rest(const Tree& tree, Findings& findings) {
  for (const GroupNode& group : tree.groups()) {
    const json::object* defaults = object_in(*group.object, "defaults");
    if (defaults == nullptr) continue;
    const Place place(group.place, "defaults");
    clusters_->check(string_in(*defaults, "job_cluster_key"), place, findings);
    environments_->check(string_in(*defaults, "environment_key"), place, findings);
  }
  clusters_->check_unused(findings);
  environments_->check_unused(findings);
}

}  // namespace brickwork::group
