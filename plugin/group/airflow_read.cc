#include <deque>

#include "group/airflow.h"
#include "group/airflow_members.h"
#include "group/depth.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Groups are read on a stack of their own, as Tree does; what lies deeper than it reads is left alone.
class DocumentTranslation {
 public:
  DocumentTranslation(json::object& job, Findings& findings) : job_(job), findings_(findings) {}

  void run() {
    check_airflow_members(job_, kAirflowJobMembers, "the group", root_, findings_);
    check_identity();
    if (has(job_, "existing_clusters")) {
      findings_.warning(Place(root_, "existing_clusters"), "no_effect", "the provider never sends existing_clusters",
                        "write existing_cluster_id in each task that is to run on one");
    }
    merge_extra_job_params();
    read_groups();
  }

 private:
  struct Level {
    Place tasks_place;
    json::array* tasks;
    std::size_t next = 0;
    Place entry;  // of the entry that is being read
  };

  void check_identity() {
    const json::string* keys = string_in(job_, "task_keys");
    const bool is_md5 = keys != nullptr && *keys == "md5";
    if (keys != nullptr && !is_md5 && *keys != "path") {
      findings_.error(Place(root_, "task_keys"), "bad_task_keys",
                      "task_keys is " + quoted(*keys) + ", known are \"path\" and \"md5\"",
                      "write md5 for the keys that the provider makes, path for readable ones");
    }
    const bool has_dag = has(job_, "dag_id");
    const bool has_group = has(job_, "group_id");
    for (std::string_view member : {"dag_id", "group_id"}) {
      const json::string* id = string_in(job_, member);
      if (id != nullptr && id->empty()) {
        findings_.error(Place(root_, member), "missing_member", std::string(member) + " is empty",
                        "write the id as Airflow has it");
      }
      if (!has(job_, member) && (is_md5 || has_dag || has_group)) {
        findings_.error(root_, "missing_member",
                        "the group has no " + std::string(member) + (is_md5 ? ", and a md5 key is made from it" : ""),
                        "add " + std::string(member) + ", a string: the name of the job is <dag_id>.<group_id>");
      }
    }
    if (!has_dag && !has_group) return;
    if (has(job_, "name")) {
      findings_.error(Place(root_, "name"), "one_of",
                      "there are name and dag_id, and the provider makes the name of ids",
                      "leave name out, or write it under extra_job_params");
      return;
    }
    const json::string* dag = string_in(job_, "dag_id");
    const json::string* group = string_in(job_, "group_id");
    if (dag != nullptr && group != nullptr) job_["name"] = std::string(*dag) + "." + std::string(*group);
  }

  // mergedeep.merge with its default strategy: objects are merged, everything else is replaced.
  void merge_extra_job_params() {
    if (extra_of(job_) == nullptr) return;
    if (is_too_deep(job_.at("extra_job_params"), 1)) return;  // reported for the whole document
    job_.reserve(job_.size() + extra_of(job_)->size());       // they are in the job, which must not move now
    const Place place(root_, "extra_job_params");
    for (auto& [name, value] : *extra_of(job_)) {
      const std::string_view member = name;
      if (member == "tasks") {
        findings_.warning(Place(place, member), "tasks_replaced",
                          "these tasks are sent in place of all tasks of the group, as the provider does",
                          "take tasks out of extra_job_params");
      } else if (is_ours(member)) {
        findings_.error(Place(place, member), "bad_extra_job_params",
                        std::string(member) + " is no member of a Databricks job, so it cannot be given to one",
                        "write it beside extra_job_params");
      } else {
        merge(job_, member, value);
      }
    }
  }

  static bool is_ours(std::string_view member) {
    for (std::string_view ours : {"schema", "dialect", "defaults", "policy", "lint", "launch", "depends_on"}) {
      if (ours == member) return true;
    }
    return is_airflow_member(kAirflowJobMembers, member);
  }

  // The depth has been checked.
  static void merge(json::object& object, std::string_view member, json::value& value) {
    json::value* own = object.if_contains(member);
    if (own != nullptr && own->is_object() && value.is_object()) {
      for (auto& [name, inner] : value.get_object()) merge(own->get_object(), name, inner);
      return;
    }
    object.insert_or_assign(member, std::move(value));
    value = nullptr;
  }

  void read_groups() {
    levels_.push_back({Place(root_, "tasks"), tasks_of(job_)});
    check_defaults_of(job_, root_);
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.tasks == nullptr || level.next >= level.tasks->size()) {
        levels_.pop_back();
        continue;
      }
      level.entry = Place(level.tasks_place, level.next);
      json::object* object = (*level.tasks)[level.next++].if_object();
      if (object == nullptr) continue;
      if (!object->contains("group")) {
        translate_airflow_task(*object, level.entry, findings_);
      } else if (levels_.size() <= kMaxGroupDepth) {
        check_defaults_of(*object, level.entry);
        levels_.push_back({Place(level.entry, "tasks"), tasks_of(*object)});
      }
    }
  }

  static json::array* tasks_of(json::object& object) {
    json::value* tasks = object.if_contains("tasks");
    return tasks != nullptr ? tasks->if_array() : nullptr;
  }

  // They say which task it is, or are read before there are defaults.
  void check_defaults_of(const json::object& object, const Place& place) {
    const json::object* defaults = object_in(object, "defaults");
    if (defaults == nullptr) return;
    const Place defaults_place(place, "defaults");
    for (const MemberRule& rule : kAirflowTaskMembers) {
      if (!defaults->contains(rule.name)) continue;
      findings_.error(Place(defaults_place, rule.name), "bad_default",
                      quoted(rule.name) + " belongs to one task and cannot be a default",
                      "write it in each task that needs it");
    }
  }

  const Place root_;
  json::object& job_;
  Findings& findings_;
  std::deque<Level> levels_;  // does not move its elements, which are each other's places
};

}  // namespace

bool speaks_airflow(const json::value& document) {
  const json::object* job = document.if_object();
  const json::string* dialect = job != nullptr ? string_in(*job, "dialect") : nullptr;
  return dialect != nullptr && *dialect == "airflow";
}

void translate_airflow(json::object& job, Findings& findings) { DocumentTranslation(job, findings).run(); }

}  // namespace brickwork::group
