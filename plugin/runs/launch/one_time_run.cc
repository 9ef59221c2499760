#include "runs/launch/one_time_run.h"

#include <algorithm>
#include <array>

namespace brickwork::runs {
namespace {

constexpr std::array<std::string_view, 13> kTaken = {"tasks",
                                                     "timeout_seconds",
                                                     "environments",
                                                     "git_source",
                                                     "queue",
                                                     "access_control_list",
                                                     "run_as",
                                                     "health",
                                                     "budget_policy_id",
                                                     "usage_policy_id",
                                                     "email_notifications",
                                                     "webhook_notifications",
                                                     "notification_settings"};
// What says something about a saved job only. A one-time run is the same run without it.
constexpr std::array<std::string_view, 6> kMeaningless = {"name",      "format",      "max_concurrent_runs",
                                                          "edit_mode", "description", "parent_path"};

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_empty(const json::value& value) {
  return value.is_null() || (value.is_array() && value.get_array().empty()) ||
         (value.is_object() && value.get_object().empty());
}

std::string way_out(std::string_view member) {
  if (member == "job_clusters") return "give each task its new_cluster, or let job_identity be \"definition\"";
  if (member == "parameters") return "give each task its own parameters, or let job_identity be \"definition\"";
  return "take it out, or let job_identity be \"definition\"";
}

void refuse(std::vector<Finding>& findings, std::string pointer, std::string_view member) {
  findings.push_back({.pointer = std::move(pointer),
                      .rule = "not_in_one_time_run",
                      .message = "with job_identity \"none\" a run has no `" + std::string(member) + "`",
                      .fix = way_out(member)});
}

}  // namespace

Result<Object> submit_body(const group::Compiled& compiled, const Object& request) {
  std::vector<Finding> findings;
  Object body{{"run_name", text(compiled.settings, "name")}};
  for (const auto& [name, value] : compiled.settings) {
    const std::string_view member = name;
    if (one_of(member, kTaken)) {
      body[member] = value;
    } else if (!one_of(member, kMeaningless) && !is_empty(value)) {
      refuse(findings, "/group/" + std::string(member), member);
    }
  }
  for (const std::string_view member : {"parameters", "only"})
    if (const json::value* value = request.if_contains(member); value != nullptr && !is_empty(*value))
      refuse(findings, "/" + std::string(member), member);
  if (findings.empty()) return body;
  Fault fault{.code = Code::kInvalidArgument, .message = findings.front().message, .pointer = findings.front().pointer};
  fault.findings = std::move(findings);
  return Status(std::move(fault));
}

}  // namespace brickwork::runs
