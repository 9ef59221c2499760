#include "group/launch_values.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "group/digest.h"
#include "group/keys.h"
#include "group/suggest.h"
#include "group/task_parameter.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kDigest = 8;
constexpr std::size_t kMaxRunBytes = 10'000;

std::string reference_to(std::string_view job_parameter) {
  return "{{job.parameters." + std::string(job_parameter) + "}}";
}

// Declared by the document itself, with their defaults.
std::unordered_map<std::string_view, const json::value*> declared_parameters(const json::object& job) {
  std::unordered_map<std::string_view, const json::value*> declared;
  const json::array* list = array_in(job, "parameters");
  if (list == nullptr) return declared;
  for (const json::value& entry : *list) {
    const json::object* object = entry.if_object();
    if (const json::string* name = object != nullptr ? string_in(*object, "name") : nullptr)
      declared.emplace(*name, object->if_contains("default"));
  }
  return declared;
}

}  // namespace

class LaunchValues::Reader {
 public:
  Reader(const Tree& tree, std::span<const CompiledTask> tasks, const Defaults* defaults, Findings& findings)
      : tree_(tree),
        tasks_(tasks),
        defaults_(defaults),
        findings_(findings),
        suggestions_(tree),
        declared_(declared_parameters(*tree.groups().front().object)) {}

  std::vector<Entry> read(const json::object& by_path, const Place& place) {
    for (const auto& [path, values] : by_path) {
      const Place path_place(place, path);
      const NodeId node = tree_.follow(0, std::string_view(path).substr(path.starts_with('/') ? 1 : 0));
      if (!node.is_task()) {
        report_path(path, node, path_place);
      } else if (const json::object* object = values.if_object()) {
        read_values(node.index, path, *object, path_place);
      } else {
        findings_.error(path_place, "wrong_type",
                        "the parameters of " + quoted(path) + " are " + shown(values) + ", they must be an object",
                        "write names and values; where the task's parameters are a list, {\"0\": ...} is the first");
      }
    }
    std::sort(list_.begin(), list_.end(), [](const Entry& left, const Entry& right) {
      return std::tie(left.task, left.name) < std::tie(right.task, right.name);
    });
    name_job_parameters();
    for (std::size_t i = 0; i < list_.size(); ++i) {
      const Place path_place(place, list_[i].path);
      const Place name_place(path_place, list_[i].name);
      const bool is_repeated = i > 0 && list_[i - 1].task == list_[i].task && list_[i - 1].name == list_[i].name;
      if (is_repeated) {
        report_repeated(list_[i], name_place);
      } else {
        check(list_[i], name_place);
      }
    }
    check_size(place);
    return std::move(list_);
  }

 private:
  void report_path(std::string_view path, NodeId node, const Place& place) {
    if (node.is_group()) {
      findings_.error(place, "unknown_task_path", quoted(path) + " is a group, and parameters are those of one task",
                      "name each task of it by its path");
      return;
    }
    const std::string suggestion = suggestions_.instead_of(path, 0);
    findings_.error(place, "unknown_task_path", quoted(path) + " is no task of the group",
                    suggestion.empty() ? "name a task by its path from the outermost group, as in \"group/task\""
                                       : "did you mean " + quoted(suggestion) + "?");
  }

  void read_values(std::uint32_t task, std::string_view path, const json::object& values, const Place& place) {
    for (const auto& [name, value] : values) {
      if (value.is_null() || value.is_structured()) {
        findings_.error(Place(place, name), "wrong_type",
                        std::string(name) + " is " + shown(value) + ", it must be a string, number, true or false",
                        "write a string, number, true or false; an empty string is a value, too");
      } else {
        list_.push_back({.task = task, .path = std::string(path), .name = name, .value = parameter_text(value)});
      }
    }
  }

  // Readable, and told apart by a digest only where two would meet.
  void name_job_parameters() {
    std::unordered_map<std::string, int> uses;
    for (Entry& entry : list_) {
      entry.job_parameter = tasks_[entry.task].task_key + "__" + fitted(entry.name);
      ++uses[entry.job_parameter];
    }
    for (Entry& entry : list_) {
      if (uses.at(entry.job_parameter) == 1) continue;
      const std::string whole = tasks_[entry.task].path + "/" + std::string(entry.name);
      entry.job_parameter += "_" + digest_of_text(whole, kDigest);
    }
  }

  void report_repeated(const Entry& entry, const Place& place) {
    findings_.error(place, "duplicate_parameter",
                    quoted(tasks_[entry.task].path) + " is written in two ways, and both set " + quoted(entry.name),
                    "keep one of them");
  }

  void check(Entry& entry, const Place& place) {
    if (defaults_ == nullptr) return;
    const std::string& path = tasks_[entry.task].path;
    if (entry.name.empty()) {
      findings_.error(place, "bad_parameter_name", "a parameter of " + quoted(path) + " has an empty name",
                      "write the name of the parameter");
      return;
    }
    const Replaced replaced = replace_in(copy_of(entry.task), entry);
    if (replaced.result == Replaced::Result::kTakesNone) {
      findings_.error(place, "no_task_parameters",
                      quoted(path) + " is of a kind whose parameters cannot be set for one launch",
                      "declare a job parameter and write {{job.parameters.<name>}} where the task needs it");
    } else if (replaced.result == Replaced::Result::kNoPosition) {
      findings_.error(place, "no_such_position",
                      "the parameters of " + quoted(path) + " are a list of " + std::to_string(replaced.positions) +
                          ", where " + quoted(entry.name) + " is no position",
                      replaced.positions == 0 ? "give the task as many parameters as it needs, if only empty ones"
                                              : "write a position from 0 to " + std::to_string(replaced.positions - 1));
    } else if (declared_.contains(entry.job_parameter)) {
      entry.is_declared = replaced.own == reference_to(entry.job_parameter);
      if (entry.is_declared) return;
      findings_.error(place, "duplicate_parameter",
                      "the value would be the job parameter " + quoted(entry.job_parameter) +
                          ", which the group declares for something else",
                      "rename the declared parameter");
    }
  }

  // The task as it will be, with what it inherits. One copy serves all of its parameters.
  json::object& copy_of(std::uint32_t task) {
    if (copied_ != task || copy_.empty()) {
      const TaskNode& node = tree_.tasks()[task];
      copy_ = *node.object;
      copied_ = task;
      defaults_->apply(node.group, copy_, node.members.kind, /*has_dependencies=*/false);
    }
    return copy_;
  }

  static Replaced replace_in(json::object& task, const Entry& entry) {
    return replace_parameter(task, entry.name, reference_to(entry.job_parameter));
  }

  // A run takes the defaults of the parameters that it is not given.
  void check_size(const Place& place) {
    if (list_.empty()) return;
    json::object all;
    for (const auto& [name, value] : declared_) all[name] = value != nullptr ? *value : json::value("");
    for (const Entry& entry : list_) all[entry.job_parameter] = entry.value;
    const std::size_t bytes = json::serialize(all).size();
    if (bytes <= kMaxRunBytes) return;
    findings_.error(
        place, "parameters_too_large",
        "with these values the run has " + std::to_string(bytes) + " bytes of parameters as JSON, the limit is 10000",
        "hand over the name of a file or table that holds the values");
  }

  const Tree& tree_;
  std::span<const CompiledTask> tasks_;
  const Defaults* defaults_;
  Findings& findings_;
  Suggestions suggestions_;
  std::unordered_map<std::string_view, const json::value*> declared_;
  std::vector<Entry> list_;
  json::object copy_;
  std::uint32_t copied_ = 0;
};

LaunchValues::LaunchValues(const Tree& tree, std::span<const CompiledTask> tasks, const Defaults* defaults,
                           Findings& findings) {
  const json::object* launch = object_in(*tree.groups().front().object, "launch");
  const json::object* by_path = launch != nullptr ? object_in(*launch, "task_parameters") : nullptr;
  if (by_path == nullptr || by_path->empty()) return;
  const Place root;
  const Place place(root, "launch");
  list_ = Reader(tree, tasks, defaults, findings).read(*by_path, Place(place, "task_parameters"));
}

void LaunchValues::apply(std::uint32_t task, json::object& object, json::array& job_parameters) const {
  auto entry = std::lower_bound(list_.begin(), list_.end(), task,
                                [](const Entry& one, std::uint32_t wanted) { return one.task < wanted; });
  for (; entry != list_.end() && entry->task == task; ++entry) {
    if (entry->is_declared) continue;
    const Replaced replaced = replace_parameter(object, entry->name, reference_to(entry->job_parameter));
    json::object parameter(job_parameters.storage());
    parameter.emplace("name", entry->job_parameter);
    parameter.emplace("default", replaced.own);
    job_parameters.push_back(std::move(parameter));
  }
}

json::object LaunchValues::run_parameters() const {
  json::object parameters;
  for (const Entry& entry : list_) parameters[entry.job_parameter] = entry.value;
  return parameters;
}

}  // namespace brickwork::group
