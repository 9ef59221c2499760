#include "group/task_parameter.h"

#include <array>
#include <charconv>

#include "group/kinds.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Result = Replaced::Result;

enum class Form : std::uint8_t { kMap, kList, kPairs };

struct Slots {
  std::string_view kind;
  std::string_view member;
  Form form;
};
constexpr Slots kSlots[] = {
    {"notebook_task", "base_parameters", Form::kMap},
    {"sql_task", "parameters", Form::kMap},
    {"python_wheel_task", "named_parameters", Form::kMap},
    {"run_job_task", "job_parameters", Form::kMap},
    {"pipeline_task", "parameters", Form::kMap},
    {"clean_rooms_notebook_task", "notebook_base_parameters", Form::kMap},
    {"python_operator_task", "parameters", Form::kPairs},
    {"spark_python_task", "parameters", Form::kList},
    {"spark_jar_task", "parameters", Form::kList},
    {"spark_submit_task", "parameters", Form::kList},
};
constexpr Slots kWheelList{"python_wheel_task", "parameters", Form::kList};

const Slots* slots_of(std::string_view kind, const json::object& task) {
  if (kind == "sql_task" && has(task, "alert")) return nullptr;  // evaluated as it was saved
  if (kind == "python_wheel_task" && has(task, "parameters")) return &kWheelList;
  for (const Slots& slots : kSlots) {
    if (slots.kind == kind) return &slots;
  }
  return nullptr;
}

Replaced replace(json::value& value, std::string_view reference) {
  Replaced replaced{.own = parameter_text(value)};
  value = reference;
  return replaced;
}

Replaced replace_in_map(json::value& map, std::string_view name, std::string_view reference) {
  if (!map.is_object()) map.emplace_object();
  return replace(map.get_object()[name], reference);
}

Replaced replace_in_list(json::value& list, std::string_view name, std::string_view reference) {
  if (!list.is_array()) return {.result = Result::kNoPosition};
  json::array& entries = list.get_array();
  std::size_t position = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), position);
  const bool is_position = error == std::errc() && end == name.data() + name.size() && (name == "0" || name[0] != '0');
  if (!is_position || position >= entries.size()) return {.result = Result::kNoPosition, .positions = entries.size()};
  return replace(entries[position], reference);
}

// [{"name": ..., "value": ...}]
Replaced replace_in_pairs(json::value& list, std::string_view name, std::string_view reference) {
  if (!list.is_array()) list.emplace_array();
  for (json::value& entry : list.get_array()) {
    json::object* pair = entry.if_object();
    const json::string* own = pair != nullptr ? string_in(*pair, "name") : nullptr;
    if (own != nullptr && std::string_view(*own) == name) return replace((*pair)["value"], reference);
  }
  list.get_array().push_back(json::object{{"name", name}, {"value", reference}});
  return {};
}

}  // namespace

std::string parameter_text(const json::value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.get_string());
  if (!value.is_double()) return json::serialize(value);
  // Boost writes 0.5 as 5E-1, which is the same number and not the same text.
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value.get_double()).ptr;
  const std::string number(text.data(), end);
  return number.find_first_of(".en") == std::string::npos ? number + ".0" : number;
}

Replaced replace_parameter(json::object& task, std::string_view name, std::string_view reference) {
  const Kind* kind = kind_of(task);
  json::object* object = kind != nullptr ? task.at(kind->member).if_object() : nullptr;
  if (object == nullptr) return {.result = Result::kTakesNone};
  if (kind->member == "for_each_task") {
    json::value* repeated = object->if_contains("task");
    if (repeated == nullptr || !repeated->is_object() || kind_of(repeated->get_object()) == kind)
      return {.result = Result::kTakesNone};
    return replace_parameter(repeated->get_object(), name, reference);
  }
  const Slots* slots = slots_of(kind->member, *object);
  if (slots == nullptr) return {.result = Result::kTakesNone};
  json::value* parameters = object->if_contains(slots->member);
  if (parameters == nullptr) {
    if (slots->form == Form::kList) return {.result = Result::kNoPosition};
    parameters = &object->emplace(slots->member, nullptr).first->value();
  }
  switch (slots->form) {
    case Form::kMap:
      return replace_in_map(*parameters, name, reference);
    case Form::kList:
      return replace_in_list(*parameters, name, reference);
    case Form::kPairs:
      return replace_in_pairs(*parameters, name, reference);
  }
  return {.result = Result::kTakesNone};
}

}  // namespace brickwork::group
