#include <unordered_set>

#include "group/job.h"
#include "group/suggest.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// The keys that one array of the job declares, and what refers to them.
class Declared {
 public:
  Declared(const json::object& job, std::string_view array_name, std::string_view key, std::string_view rule)
      : array_name_(array_name), key_(key), rule_(rule) {
    const json::array* array = array_in(job, array_name);
    if (array == nullptr) return;
    for (const json::value& entry : *array) {
      const json::object* object = entry.if_object();
      if (const json::string* name = object != nullptr ? string_in(*object, key) : nullptr) keys_.insert(*name);
    }
  }

  std::string_view key() const { return key_; }

  void check(const json::string* wanted, const Place& place, Findings& findings) {
    if (wanted == nullptr) return;
    if (keys_.contains(*wanted)) return;
    std::string nearest;
    std::size_t distance = most_edits(*wanted) + 1;
    for (std::string_view key : keys_) {
      if (keys_.size() > 100) break;  // Databricks takes no more
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

 private:
  std::string_view array_name_;
  std::string_view key_;
  std::string_view rule_;
  std::unordered_set<std::string_view> keys_;
};

const json::object* repeated_task(const TaskMembers& members) {
  if (members.kind == nullptr || members.kind->member != "for_each_task") return nullptr;
  const json::object* loop = members.kind_value->if_object();
  return loop != nullptr ? object_in(*loop, "task") : nullptr;
}

}  // namespace

void check_compute_keys(const Tree& tree, Findings& findings) {
  const json::object& job = *tree.groups().front().object;
  Declared clusters(job, "job_clusters", "job_cluster_key", "unknown_job_cluster_key");
  Declared environments(job, "environments", "environment_key", "unknown_environment_key");
  for (const TaskNode& task : tree.tasks()) {
    const Place place = tree.place(task);
    clusters.check(task.members.job_cluster_key, place, findings);
    environments.check(task.members.environment_key, place, findings);
    const json::object* repeated = repeated_task(task.members);
    if (repeated == nullptr) continue;
    const Place loop_place(place, "for_each_task");
    const Place repeated_place(loop_place, "task");
    clusters.check(string_in(*repeated, "job_cluster_key"), repeated_place, findings);
    environments.check(string_in(*repeated, "environment_key"), repeated_place, findings);
  }
  for (const GroupNode& group : tree.groups()) {
    const json::object* defaults = object_in(*group.object, "defaults");
    if (defaults == nullptr) continue;
    const Place place(group.place, "defaults");
    clusters.check(string_in(*defaults, "job_cluster_key"), place, findings);
    environments.check(string_in(*defaults, "environment_key"), place, findings);
  }
}

}  // namespace brickwork::group
