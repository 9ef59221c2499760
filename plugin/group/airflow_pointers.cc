#include <charconv>

#include "group/airflow.h"
#include "group/airflow_members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Takes the first token, unescaped, off a pointer that is not empty.
std::string next_token(std::string_view& pointer) {
  pointer.remove_prefix(1);
  const std::string_view escaped = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(escaped.size());
  std::string token;
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const bool is_escape = escaped[i] == '~' && i + 1 < escaped.size();
    token += !is_escape ? escaped[i] : escaped[++i] == '1' ? '/' : '~';
  }
  return token;
}

// Whether what is at that pointer now was moved out of `origin`: on the way to it is a null that stayed behind.
bool came_from(const json::object* origin, std::string_view pointer) {
  while (origin != nullptr && !pointer.empty()) {
    const json::value* value = origin->if_contains(next_token(pointer));
    if (value == nullptr) return false;
    if (value->is_null()) return true;
    origin = value->if_object();
  }
  return false;
}

const json::object* entry_of(const json::object& group, std::string_view index) {
  const json::array* tasks = array_in(group, "tasks");
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(index.data(), index.data() + index.size(), number);
  if (tasks == nullptr || error != std::errc() || end != index.data() + index.size() || number >= tasks->size())
    return nullptr;
  return (*tasks)[number].if_object();
}

}  // namespace

std::string airflow_pointer(const json::object& job, const std::string& pointer) {
  if (came_from(object_in(job, "extra_job_params"), pointer)) return "/extra_job_params" + pointer;
  const json::object* entry = &job;
  std::string_view rest = pointer;
  while (rest.starts_with("/tasks/")) {
    std::string_view after = rest;
    next_token(after);
    entry = entry_of(*entry, next_token(after));
    if (entry == nullptr) return pointer;
    rest = after;
  }
  const std::string before = pointer.substr(0, pointer.size() - rest.size());
  if (came_from(config_of(*entry), rest)) return before + "/task_config" + std::string(rest);
  if (rest == "/run_if" && string_in(*entry, "trigger_rule") != nullptr) return before + "/trigger_rule";
  if (rest == "/timeout_seconds" && has(*entry, "execution_timeout")) return before + "/execution_timeout";
  return pointer;
}

}  // namespace brickwork::group
