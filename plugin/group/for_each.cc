#include "group/for_each.h"

#include "group/task.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxInputs = 10'000;

void check_inputs(const json::object& for_each, const Place& place, Findings& findings) {
  const json::string* inputs = string_in(for_each, "inputs");
  if (inputs == nullptr || inputs->find("{{") != json::string::npos) return;
  if (inputs->size() > kMaxInputs) {
    findings.error(place, "too_long",
                   "inputs has " + std::to_string(inputs->size()) + " characters, the limit is 10000",
                   "set the list as a task value and write {{tasks.<task_key>.values.<name>}}");
    return;
  }
  boost::system::error_code wrong;
  const json::value list = json::parse(std::string_view(*inputs), wrong);
  if (!wrong && list.is_array()) return;
  findings.error(place, "bad_inputs", "inputs is " + quoted(*inputs) + ", it must be a JSON array or a reference",
                 "write it as \"[1, 2, 3]\" or \"{{tasks.<task_key>.values.<name>}}\"");
}

}  // namespace

void check_for_each(const json::object& for_each, const Place& place, Findings& findings) {
  check_inputs(for_each, Place(place, "inputs"), findings);
  const json::object* nested = object_in(for_each, "task");
  if (nested == nullptr) return;
  const Place nested_place(place, "task");
  read_task_key(*nested, nested_place, findings);
  for (const auto& [name, value] : *nested) {
    const std::string_view member = name;
    if (member == "for_each_task") {
      findings.error(Place(nested_place, member), "for_each_nesting", "a for_each_task runs inside another one",
                     "put the inner loop into a job of its own and run it by run_job_task");
      return;
    }
    if (member == "group" || member == "tasks") {
      findings.error(Place(nested_place, member), "for_each_over_group", "a for_each_task runs one task, not a group",
                     "put the group into a job of its own and run it by run_job_task");
      return;
    }
  }
  read_task_members(*nested, nested_place, findings);
}

}  // namespace brickwork::group
