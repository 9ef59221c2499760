#include "group/spelled_defaults.h"

#include <algorithm>
#include <span>

namespace brickwork::group {
namespace {

namespace json = boost::json;

enum class Looks : std::uint8_t { kOther, kNull, kZero, kOne, kFalse, kEmpty, kAllSuccess };

// Nothing in it, or nothing but what says nothing: no addresses, no flags.
bool is_blank(const json::object& object) {
  constexpr std::size_t kMembers = 6;  // more than notifications have
  if (object.size() > kMembers) return false;
  return std::all_of(object.begin(), object.end(), [](const auto& member) {
    const json::value& value = member.value();
    return value.is_null() || (value.is_bool() && !value.get_bool()) || (value.is_array() && value.get_array().empty());
  });
}

Looks looks_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return Looks::kNull;
    case json::kind::bool_:
      return value.get_bool() ? Looks::kOther : Looks::kFalse;
    case json::kind::int64:
      if (value.get_int64() == 0) return Looks::kZero;
      return value.get_int64() == 1 ? Looks::kOne : Looks::kOther;
    case json::kind::string:
      return value.get_string() == "ALL_SUCCESS" ? Looks::kAllSuccess : Looks::kOther;
    case json::kind::array:
      return value.get_array().empty() ? Looks::kEmpty : Looks::kOther;
    case json::kind::object:
      return is_blank(value.get_object()) ? Looks::kEmpty : Looks::kOther;
    default:
      return Looks::kOther;
  }
}

// What Databricks answers for a member that was never sent.
struct Default {
  std::string_view member;
  Looks looks;
};
constexpr Default kJobDefaults[] = {{"timeout_seconds", Looks::kZero},       {"max_concurrent_runs", Looks::kOne},
                                    {"email_notifications", Looks::kEmpty},  {"webhook_notifications", Looks::kEmpty},
                                    {"job_clusters", Looks::kEmpty},         {"parameters", Looks::kEmpty},
                                    {"environments", Looks::kEmpty},         {"tags", Looks::kEmpty},
                                    {"notification_settings", Looks::kEmpty}};
constexpr Default kTaskDefaults[] = {{"timeout_seconds", Looks::kZero},
                                     {"max_retries", Looks::kZero},
                                     {"min_retry_interval_millis", Looks::kZero},
                                     {"retry_on_timeout", Looks::kFalse},
                                     {"disabled", Looks::kFalse},
                                     {"run_if", Looks::kAllSuccess},
                                     {"depends_on", Looks::kEmpty},
                                     {"libraries", Looks::kEmpty},
                                     {"email_notifications", Looks::kEmpty},
                                     {"webhook_notifications", Looks::kEmpty},
                                     {"notification_settings", Looks::kEmpty},
                                     {"disable_auto_optimization", Looks::kFalse}};
constexpr Default kLoopDefaults[] = {{"concurrency", Looks::kOne}};

std::span<const Default> defaults_of(Where where) {
  if (where == Where::kJob) return kJobDefaults;
  if (where == Where::kTask) return kTaskDefaults;
  return kLoopDefaults;
}

// Jobs that are made by version 2.2 wait in the queue unless they say otherwise.
bool is_enabled(const json::value& queue) {
  const json::object* object = queue.if_object();
  const json::value* enabled = object != nullptr && object->size() == 1 ? object->if_contains("enabled") : nullptr;
  return enabled != nullptr && enabled->is_bool() && enabled->get_bool();
}

}  // namespace

Where where_inside(Where where, std::string_view member) {
  switch (where) {
    case Where::kTask:
      if (!member.ends_with("_task")) return Where::kInside;
      return member == "for_each_task" ? Where::kLoop : Where::kKind;
    case Where::kLoop:
      return member == "task" ? Where::kTask : Where::kInside;
    case Where::kKind:
      return member == "file" ? Where::kKind : Where::kInside;  // of a sql_task: it has a source, too
    default:
      return Where::kInside;
  }
}

bool is_default(Where where, std::string_view member, const json::value& value) {
  if (where == Where::kJob && member == "format") return true;  // 2.2 ignores what is sent
  if (where == Where::kJob && member == "queue") return value.is_null() || is_enabled(value);
  if (where == Where::kInside || where == Where::kKind) return value.is_null();
  const Looks looks = looks_of(value);
  if (looks == Looks::kNull) return true;
  if (looks == Looks::kOther) return false;
  for (const Default& one : defaults_of(where)) {
    if (one.looks == looks && one.member == member) return true;
  }
  return false;
}

}  // namespace brickwork::group
