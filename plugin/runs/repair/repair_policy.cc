#include "runs/repair/repair_policy.h"

#include <algorithm>
#include <array>

#include "runs/state/attempts.h"
#include "runs/state/termination.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

using std::chrono::milliseconds;

std::int64_t repairs_so_far(const Object& run) {
  const json::array& history = array_in(run, "repair_history");
  return std::count_if(history.begin(), history.end(), [](const json::value& item) {
    return item.is_object() && text(item.get_object(), "type") == "REPAIR";
  });
}

bool failed_by_itself(const Object& task) {
  const std::string_view verdict = task_verdict(task);
  return verdict == "failed" || verdict == "timed_out";
}

// Execution of attempts that came to nothing, in milliseconds.
std::int64_t lost_so_far(const Object& run) {
  std::int64_t lost = 0;
  for (const json::value& item : array_in(run, "tasks")) {
    if (!item.is_object() || !failed_by_itself(item.get_object())) continue;
    lost +=
        number_or_zero(item.get_object(), "setup_duration") + number_or_zero(item.get_object(), "execution_duration");
  }
  return lost;
}

std::string seconds(std::int64_t ms) { return std::to_string(ms / 1'000) + " s"; }

void overlay(RepairPolicy& policy, const Object& document) {
  policy.max_attempts = whole_number(document, "max_attempts").value_or(policy.max_attempts);
  policy.dependents = flag(document, "dependents", policy.dependents);
  if (const auto wait_ms = whole_number(document, "wait_ms")) policy.wait = milliseconds(*wait_ms);
  if (const auto deadline_ms = whole_number(document, "deadline_ms")) policy.deadline = milliseconds(*deadline_ms);
  if (const auto budget_ms = whole_number(document, "budget_ms")) policy.budget = milliseconds(*budget_ms);
  if (!document.contains("on")) return;
  policy.on.clear();
  for (const json::value& item : array_in(document, "on"))
    if (item.is_string()) policy.on.emplace_back(item.get_string());
}

// The first task that failed for a reason that is not listed, and the classes of the others.
struct Failures {
  std::string unlisted;
  std::string listed;
};

Failures failures_of(const RepairPolicy& policy, const Handle& handle, const Object& run) {
  const auto is_listed = [&](std::string_view word) {
    return std::find(policy.on.begin(), policy.on.end(), word) != policy.on.end();
  };
  Failures failures;
  const auto attempts = attempts_by_key(run);
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    if (found == attempts.end() || !failed_by_itself(*found->second.back())) continue;
    const Object& latest = *found->second.back();
    // A limit of time that was hit says nothing about who is to blame.
    const bool timed_out = task_verdict(latest) == "timed_out";
    const std::string_view why = timed_out ? "time limit" : name_of(failure_class(latest));
    std::string& list = is_listed("any") || (!timed_out && is_listed(why)) ? failures.listed : failures.unlisted;
    list += (list.empty() ? "" : ", ") + task.path + " (" + std::string(why) + ")";
  }
  return failures;
}

}  // namespace

RepairPolicy::Decision RepairPolicy::decide(const Handle& handle, const Object& run, std::int64_t now_ms) const {
  const std::string_view verdict = run_verdict(run);
  if (verdict != "failed" && verdict != "timed_out") return {false, "the run " + std::string(verdict)};
  if (max_attempts == 0) return {false, "no repair is ordered"};
  const std::int64_t repairs = repairs_so_far(run);
  if (repairs >= max_attempts)
    return {false, std::to_string(repairs) + " of " + std::to_string(max_attempts) + " repairs were made"};
  const std::int64_t age = now_ms - whole_number(run, "start_time").value_or(now_ms);
  if (deadline.count() > 0 && age + wait.count() > deadline.count())
    return {false, "the run began " + seconds(age) + " ago, repairs end after " + seconds(deadline.count())};
  if (const std::int64_t lost = lost_so_far(run); budget.count() > 0 && lost > budget.count())
    return {false, "failed attempts took " + seconds(lost) + ", the budget is " + seconds(budget.count())};

  const Failures failures = failures_of(*this, handle, run);
  if (!failures.unlisted.empty()) return {false, "a repair would fail again: " + failures.unlisted};
  if (failures.listed.empty()) return {false, "no task failed by itself"};
  return {true,
          "repair " + std::to_string(repairs + 1) + " of " + std::to_string(max_attempts) + ": " + failures.listed};
}

Status check_repair(const Object& request) {
  std::vector<Finding> findings;
  const auto wrong = [&](std::string_view member, std::string message, std::string fix) {
    const std::string place = member.empty() ? "" : "/" + std::string(member);
    findings.push_back(
        {.pointer = "/repair" + place, .rule = "bad_policy", .message = std::move(message), .fix = std::move(fix)});
  };
  const json::value* given = request.if_contains("repair");
  if (given == nullptr || given->is_null()) return Status();
  if (!given->is_object()) return failure(Code::kInvalidArgument, "`repair` has to be an object", "/repair");
  const Object& repair = given->get_object();
  for (const char* member : {"max_attempts", "wait_ms", "deadline_ms", "budget_ms"})
    if (repair.contains(member) && whole_number(repair, member).value_or(-1) < 0)
      wrong(member, std::string(member) + " has to be a whole number, 0 or more", "write 0 for none");
  static constexpr std::array<std::string_view, 6> kClasses = {"cluster", "platform",  "quota",
                                                               "library", "user_code", "any"};
  const Result<std::vector<std::string>> on = texts(repair, "on");
  if (!on.ok()) wrong("on", on.status()->message, "write names such as [\"cluster\", \"platform\"]");
  for (std::size_t i = 0; on.ok() && i < on.value().size(); ++i)
    if (std::find(kClasses.begin(), kClasses.end(), on.value()[i]) == kClasses.end())
      wrong("on/" + std::to_string(i), "no class of failure is called `" + std::string(head(on.value()[i], 100)) + "`",
            "known are cluster, platform, quota, library, user_code and any");
  if (repair.contains("dependents") && !repair.at("dependents").is_bool())
    wrong("dependents", "dependents has to be true or false", "write true or false");
  const std::string_view drift = text(repair, "drift");
  if (repair.contains("drift") && drift != "refuse" && drift != "new" && drift != "restore")
    wrong("drift", "drift has to be \"refuse\", \"new\" or \"restore\"", "leave it out for \"refuse\"");
  if (findings.empty()) return Status();
  Fault fault{.code = Code::kInvalidArgument, .message = findings.front().message, .pointer = findings.front().pointer};
  fault.findings = std::move(findings);
  return Status(std::move(fault));
}

RepairPolicy repair_policy(const Object& policy, const Object& request) {
  RepairPolicy result;
  overlay(result, object_in(policy, "repair"));
  overlay(result, object_in(request, "repair"));
  return result;
}

}  // namespace brickwork::runs
