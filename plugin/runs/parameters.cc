#include "runs/parameters.h"

namespace brickwork::runs {

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
                     "/parameters/" + std::string(name));
    parameters[name] = value.is_string() ? value.get_string() : json::string(json::serialize(value));
  }
  return parameters;
}

}  // namespace brickwork::runs
