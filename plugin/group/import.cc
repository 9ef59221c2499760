#include "group/import.h"

#include <algorithm>

#include "group/compile.h"
#include "group/depth.h"
#include "group/import_defaults.h"
#include "group/keys.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::string_view kOurMembers[] = {"schema", "dialect", "defaults", "policy", "launch", "lint"};

void refuse(const Place& place, std::string message, std::string fix, Findings& findings) {
  findings.error(place, "unknown_schema", std::move(message), std::move(fix));
}

void check_task(const json::object& task, const Place& place, Findings& findings) {
  if (task.contains("group"))
    return refuse(place, "the entry is a nested group", "hand over the job's settings", findings);
  const json::string* key = string_in(task, "task_key");
  if (key != nullptr && !key->empty() && !is_task_key(*key)) {
    findings.error(Place(place, "task_key"), "bad_task_key",
                   quoted(*key) + " is no key that Databricks would have taken",
                   "hand over the settings as jobs/get answers them");
  }
  const json::array* depends_on = array_in(task, "depends_on");
  if (depends_on == nullptr) return;
  const Place depends_on_place(place, "depends_on");
  for (std::size_t i = 0; i < depends_on->size(); ++i) {
    if (!(*depends_on)[i].is_string()) continue;
    refuse(Place(depends_on_place, i), "a dependency by its name alone belongs to a group",
           "in settings it is {\"task_key\": " + quoted((*depends_on)[i].get_string()) + "}", findings);
  }
}

// What only groups have: such a document is good as it is.
void check_settings(const json::object& settings, Findings& findings) {
  const Place root;
  for (std::string_view member : kOurMembers) {
    if (!has(settings, member)) continue;
    refuse(Place(root, member), std::string(member) + " belongs to a group, not to the settings of a job",
           "a document that is a group already needs no import", findings);
  }
  if (has(settings, "settings") && !has(settings, "tasks")) {
    refuse(Place(root, "settings"), "the settings lie one level deeper", "hand over the value of settings", findings);
  }
  const json::array* tasks = array_in(settings, "tasks");
  if (tasks == nullptr) return;
  const Place tasks_place(root, "tasks");
  for (std::size_t i = 0; i < tasks->size(); ++i) {
    if (const json::object* task = (*tasks)[i].if_object()) check_task(*task, Place(tasks_place, i), findings);
  }
}

Status refusal(std::vector<Finding> findings) {
  Fault fault;
  fault.code = Code::kInvalidArgument;
  fault.message = findings.front().message + ": " + findings.front().fix;
  fault.pointer = findings.front().pointer;
  fault.findings = std::move(findings);
  return Status(std::move(fault));
}

std::size_t depth_of(const json::value& value) {
  std::size_t inside = 0;
  if (const json::object* object = value.if_object()) {
    for (const auto& [name, member] : *object) inside = std::max(inside, depth_of(member));
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& entry : *array) inside = std::max(inside, depth_of(entry));
  } else {
    return 0;
  }
  return inside + 1;
}

// Writes the group that the other steps have thought of.
class Writer {
 public:
  Writer(const json::object& settings, std::size_t most_levels)
      : settings_(settings),
        nesting_(settings.at("tasks").get_array(), most_levels),
        dependencies_(nesting_),
        heirs_(nesting_, dependencies_),
        defaults_(lift_defaults(nesting_, heirs_)) {}

  json::object run() {
    json::object group{{"schema", "group/1"}};
    group.reserve(settings_.size() + 2);
    for (const auto& [name, value] : settings_) {
      if (name == "tasks") {
        write_body(0, group);
      } else {
        group.emplace(name, value);
      }
    }
    return group;
  }

 private:
  void write_body(std::uint32_t group, json::object& object) {
    if (!defaults_.of_group(group).empty()) object.emplace("defaults", defaults_.of_group(group));
    json::array tasks;
    tasks.reserve(nesting_.groups()[group].children.size());
    for (const NodeId child : nesting_.groups()[group].children) {
      json::object& written = tasks.emplace_back(json::object_kind).get_object();
      written.emplace(child.is_group() ? "group" : "task_key", nesting_.name(child));
      if (json::array depends_on = dependencies_.of(child); !depends_on.empty())
        written.emplace("depends_on", std::move(depends_on));
      if (child.is_group()) {
        write_body(child.index, written);
      } else {
        write_task(child.index, written);
      }
    }
    object.emplace("tasks", std::move(tasks));
  }

  void write_task(std::uint32_t task, json::object& written) {
    // An empty list, or a null, is kept: it is what the job says.
    const json::value* own = nesting_.tasks()[task].object->if_contains("depends_on");
    if (own != nullptr && !dependencies_.has_any(task)) written.emplace("depends_on", *own);
    json::object rest = heirs_.remains_of_task(task);
    written.reserve(written.size() + rest.size());
    for (auto& [name, value] : rest) written.emplace(name, std::move(value));
  }

  const json::object& settings_;
  Nesting nesting_;
  ImportedDependencies dependencies_;
  Heirs heirs_;
  DraftDefaults defaults_;
};

// Equal but for the order of tasks.
bool is_same_job(const json::object& left, const json::object& right) {
  if (left.size() != right.size()) return false;
  for (const auto& [name, value] : left) {
    const json::value* other = right.if_contains(name);
    if (other == nullptr || (name != "tasks" && *other != value)) return false;
  }
  const auto by_key = [](const json::object& settings) {
    std::vector<const json::value*> tasks;
    for (const json::value& task : settings.at("tasks").get_array()) tasks.push_back(&task);
    std::sort(tasks.begin(), tasks.end(), [](const json::value* one, const json::value* other) {
      return one->at("task_key").get_string() < other->at("task_key").get_string();
    });
    return tasks;
  };
  const std::vector<const json::value*> tasks = by_key(left);
  const std::vector<const json::value*> others = by_key(right);
  return std::equal(tasks.begin(), tasks.end(), others.begin(), others.end(),
                    [](const json::value* one, const json::value* other) { return *one == *other; });
}

}  // namespace

Result<Imported> import_settings(json::value&& settings) {
  Findings findings;
  if (const json::object* object = settings.if_object()) check_settings(*object, findings);
  if (findings.has_errors()) return refusal(std::move(findings).in_order_of(settings));

  Result<Compiled> job = compile(std::move(settings));
  if (!job.ok()) return job.status();
  const json::object& known = job.value().settings;
  const std::size_t depth = 1 + depth_of(known.at("tasks"));
  // A group takes two levels of JSON, and a document has only so many.
  Imported imported{.group = Writer(known, (kMaxJsonDepth - depth) / 2).run(),
                    .digest = std::move(job.value().digest),
                    .findings = std::move(job.value().findings)};

  const Result<Compiled> again = compile(json::value(imported.group));
  if (!again.ok() || again.value().digest != imported.digest || !is_same_job(again.value().settings, known)) {
    return failure(Code::kInternal,
                   "the group that was made of these settings would be another job; the settings themselves are a good "
                   "group document" +
                       (again.ok() ? std::string() : ": " + again.status()->message));
  }
  return imported;
}

}  // namespace brickwork::group
