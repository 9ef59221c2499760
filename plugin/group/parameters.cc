#include "group/parameters.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Form = ParameterDefault::Form;

constexpr ParameterDefault kParameters[] = {
    {"notebook_params", "notebook_task", "base_parameters", Form::kMap},
    {"python_named_params", "python_wheel_task", "named_parameters", Form::kMap},
    {"python_params", "python_wheel_task", "parameters", Form::kList},
    {"python_params", "spark_python_task", "parameters", Form::kList},
    {"jar_params", "spark_jar_task", "parameters", Form::kList},
    {"spark_submit_params", "spark_submit_task", "parameters", Form::kList},
    {"sql_params", "sql_task", "parameters", Form::kMap},
};

void inherit_keys(const json::object& inherited, json::object& own) {
  for (const auto& [name, value] : inherited) {
    if (value.is_null()) continue;
    const auto here = own.find(name);
    if (here == own.end()) {
      own.emplace(name, value);
    } else if (here->value().is_null()) {
      own.stable_erase(here);  // refused
    }
  }
}

void inherit(const ParameterDefault& parameters, const json::value& inherited, json::object& task) {
  const auto own = task.find(parameters.member);
  if (own == task.end()) {
    if (parameters.form == Form::kList) {
      task.emplace(parameters.member, inherited);
      return;
    }
    json::object fresh(task.storage());
    inherit_keys(inherited.get_object(), fresh);
    if (!fresh.empty()) task.emplace(parameters.member, std::move(fresh));
  } else if (own->value().is_null()) {
    task.stable_erase(own);  // refused
  } else if (parameters.form == Form::kMap && own->value().is_object()) {
    inherit_keys(inherited.get_object(), own->value().get_object());
  }
}

// At most: one byte becomes six in JSON.
std::uint32_t most_bytes(const json::object* parameters) {
  if (parameters == nullptr || parameters->empty()) return 0;
  std::size_t bytes = 2;
  for (const auto& [name, value] : *parameters)
    bytes += 6 * (name.size() + (value.is_string() ? value.get_string().size() : 0)) + 30;
  return static_cast<std::uint32_t>(std::min<std::size_t>(bytes, 2 * kMaxBaseParametersBytes));
}

}  // namespace

std::uint32_t most_parameter_bytes(const json::object& notebook) {
  return most_bytes(object_in(notebook, "base_parameters"));
}

std::uint32_t most_inherited_bytes(const json::object* defaults) {
  return most_bytes(defaults != nullptr ? object_in(*defaults, "notebook_params") : nullptr);
}

std::span<const ParameterDefault> parameter_defaults() { return kParameters; }

bool takes_parameters(const ParameterDefault& parameters, const json::object& task) {
  if (parameters.kind == "python_wheel_task")
    return !has(task, parameters.form == Form::kMap ? "parameters" : "named_parameters");
  // An alert is evaluated as it was saved.
  return parameters.kind != "sql_task" || !has(task, "alert");
}

const ParameterDefault* find_parameter_default(std::string_view name) {
  if (!name.ends_with("_params")) return nullptr;
  for (const ParameterDefault& parameters : kParameters) {
    if (parameters.name == name) return &parameters;
  }
  return nullptr;
}

const ParameterDefault* find_parameter_default(std::string_view name, std::string_view kind) {
  for (const ParameterDefault& parameters : kParameters) {
    if (parameters.name == name && parameters.kind == kind) return &parameters;
  }
  return nullptr;
}

void check_parameter_default(const ParameterDefault& parameters, const json::value& value, const Place& place,
                             Findings& findings) {
  const Type type = parameters.form == Form::kMap ? Type::kObject : Type::kStrings;
  if (!check_type(value, {.name = parameters.name, .type = type}, place, findings) || !value.is_object()) return;
  for (const auto& [name, inner] : value.get_object())
    check_type(inner, {.name = name, .type = Type::kScalar}, Place(place, name), findings);
}

void inherit_parameters(const json::object& defaults, std::string_view kind, json::object& task) {
  for (const ParameterDefault& parameters : kParameters) {
    if (parameters.kind != kind) continue;
    const json::value* inherited = defaults.if_contains(parameters.name);
    if (inherited == nullptr || !inherited->is_structured() || !takes_parameters(parameters, task)) continue;
    inherit(parameters, *inherited, task);
  }
}

void check_inherited_size(const json::object& defaults, std::string_view kind, const json::object& task,
                          const Place& place, Findings& findings) {
  if (kind != "notebook_task") return;
  const json::object* inherited = object_in(defaults, "notebook_params");
  if (inherited == nullptr || inherited->empty()) return;
  const json::object* own = object_in(task, "base_parameters");
  if (most_bytes(inherited) + most_bytes(own) <= kMaxBaseParametersBytes) return;
  if (own != nullptr && json::serialize(*own).size() > kMaxBaseParametersBytes) return;  // reported as such
  json::object whole = task;
  inherit_parameters(defaults, kind, whole);
  const json::value* base = whole.if_contains("base_parameters");
  const std::size_t bytes = base != nullptr ? json::serialize(*base).size() : 0;
  if (bytes <= kMaxBaseParametersBytes) return;
  findings.error(own != nullptr ? Place(place, "base_parameters") : place, "parameters_too_large",
                 "with the notebook_params of its groups the task has " + std::to_string(bytes) +
                     " bytes of base_parameters as JSON, the limit is " + std::to_string(kMaxBaseParametersBytes),
                 "hand over the name of a file or table that holds the values");
}

}  // namespace brickwork::group
