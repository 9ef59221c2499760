#include "runs/wire/parameters.h"

#include "engine/json_pointer.h"
#include "group/task_parameter.h"

namespace brickwork::runs {
namespace {

constexpr std::size_t kMaxBytes = 10'000;  // run-now takes no more, as JSON

std::string pointer_to(std::string_view name) {
  std::string pointer = "/parameters";
  append_member(pointer, name);
  return pointer;
}

}  // namespace

Result<Object> job_parameters(const Object& request) {
  Object parameters;
  const json::value* given = request.if_contains("parameters");
  if (given == nullptr || given->is_null()) return parameters;
  if (!given->is_object())
    return failure(Code::kInvalidArgument, "`parameters` has to be an object of names and values", "/parameters");
  for (const auto& [name, value] : given->get_object()) {
    if (value.is_object() || value.is_array() || value.is_null())
      return failure(Code::kInvalidArgument,
                     "the value of parameter `" + std::string(name) + "` has to be a text, a number or a truth value",
                     pointer_to(name));
    parameters[name] = group::parameter_text(value);
  }
  return parameters;
}

Result<Object> run_parameters(const Object& request, const Object& of_group) {
  Result<Object> parameters = job_parameters(request);
  if (!parameters.ok()) return parameters.status();
  for (const auto& [name, value] : of_group) {
    if (!parameters.value().emplace(name, value).second)
      return failure(Code::kInvalidArgument,
                     "`" + std::string(name) +
                         "` is given here and by launch.task_parameters of the group: take it out of one of them",
                     pointer_to(name));
  }
  if (parameters.value().empty()) return parameters;
  const std::size_t bytes = json::serialize(parameters.value()).size();
  if (bytes > kMaxBytes)
    return failure(Code::kInvalidArgument,
                   "the parameters take " + std::to_string(bytes) +
                       " bytes as JSON, and a run takes 10000: hand over the name of a file or table that holds them",
                   "/parameters");
  return parameters;
}

}  // namespace brickwork::runs
