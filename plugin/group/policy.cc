#include "group/policy.h"

#include <algorithm>

#include "group/members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr MemberRule kPolicy[] = {{"launch_key", Type::kString},
                                  {"job_identity", Type::kString},
                                  {"repair", Type::kObject},
                                  {"cleanup", Type::kObject},
                                  {"on_abandon", Type::kString}};
constexpr MemberRule kRepair[] = {{"max_attempts", Type::kInteger, false, 0, 100},
                                  {"on", Type::kStrings},
                                  {"dependents", Type::kBoolean},
                                  {"wait_ms", Type::kInteger, false, 0},
                                  {"deadline_ms", Type::kInteger, false, 0},
                                  {"budget_ms", Type::kInteger, false, 0},
                                  {"drift", Type::kString}};
constexpr MemberRule kCleanup[] = {{"after_ms", Type::kInteger, false, 0}, {"at_most", Type::kInteger, false, 0, 100}};
constexpr std::string_view kIdentities[] = {"name", "definition", "none"};
constexpr std::string_view kDrifts[] = {"refuse", "new", "restore"};
constexpr std::string_view kOnAbandon[] = {"leave", "cancel"};
constexpr std::string_view kFailureClasses[] = {"cluster", "platform", "quota", "library", "user_code", "any"};

bool check_value(std::string_view member, std::string_view value, std::span<const std::string_view> known,
                 const Place& place, Findings& findings) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return true;
  findings.error(place, "bad_policy", std::string(member) + " is " + quoted(value) + ", known are " + listed(known),
                 "write one of " + listed(known));
  return false;
}

// These members are ours alone: one that is not known can only be a slip.
void check_unknown(const json::object& object, std::span<const MemberRule> rules, const Place& place,
                   Findings& findings) {
  for (const auto& [name, value] : object) {
    const std::string_view member = name;
    if (std::any_of(rules.begin(), rules.end(), [&](const MemberRule& rule) { return rule.name == member; })) continue;
    std::string known;
    for (const MemberRule& rule : rules) known += (known.empty() ? "" : ", ") + std::string(rule.name);
    findings.warning(Place(place, member), "unknown_policy", quoted(member) + " means nothing here, known are " + known,
                     "check the spelling or take it out");
  }
}

void read_choice(const json::object& policy, std::string_view member, std::span<const std::string_view> known,
                 const Place& place, std::string& choice, Findings& findings) {
  const json::string* value = string_in(policy, member);
  if (value != nullptr && check_value(member, *value, known, Place(place, member), findings)) choice = *value;
}

void read_duration(const json::object& repair, std::string_view member, std::int64_t& milliseconds) {
  if (const json::value* value = repair.if_contains(member); value != nullptr && value->is_int64())
    milliseconds = std::max<std::int64_t>(0, value->get_int64());
}

void read_repair(const json::object& repair, const Place& place, Policy& policy, Findings& findings) {
  check_members(repair, kRepair, "repair", place, findings, Spelling::kUnchecked);
  check_unknown(repair, kRepair, place, findings);
  if (const json::value* value = repair.if_contains("max_attempts"); value != nullptr && value->is_int64())
    policy.repair_max_attempts = static_cast<int>(std::clamp<std::int64_t>(value->get_int64(), 0, 100));
  if (const json::value* value = repair.if_contains("dependents"); value != nullptr && value->is_bool())
    policy.repair_dependents = value->get_bool();
  read_duration(repair, "wait_ms", policy.repair_wait_ms);
  read_duration(repair, "deadline_ms", policy.repair_deadline_ms);
  read_duration(repair, "budget_ms", policy.repair_budget_ms);
  read_choice(repair, "drift", kDrifts, place, policy.repair_drift, findings);
  const json::array* on = array_in(repair, "on");
  if (on == nullptr) return;
  const Place on_place(place, "on");
  for (std::size_t i = 0; i < on->size(); ++i) {
    const json::string* value = (*on)[i].if_string();
    if (value != nullptr && check_value("on", *value, kFailureClasses, Place(on_place, i), findings))
      policy.repair_on.emplace_back(*value);
  }
}

void read_cleanup(const json::object& cleanup, const Place& place, Policy& policy, Findings& findings) {
  check_members(cleanup, kCleanup, "cleanup", place, findings, Spelling::kUnchecked);
  check_unknown(cleanup, kCleanup, place, findings);
  read_duration(cleanup, "after_ms", policy.cleanup_after_ms);
  if (const json::value* value = cleanup.if_contains("at_most"); value != nullptr && value->is_int64())
    policy.cleanup_at_most = static_cast<int>(std::clamp<std::int64_t>(value->get_int64(), 0, 100));
}

// Attempts without a class of failure, or classes without an attempt.
void check_repair_can_happen(const Policy& policy, const Place& place, Findings& findings) {
  if ((policy.repair_max_attempts > 0) != policy.repair_on.empty()) return;
  const bool no_class = policy.repair_on.empty();
  findings.warning(
      place, "repair_never",
      no_class ? "no failure is repaired: max_attempts is " + std::to_string(policy.repair_max_attempts) +
                     ", but on names no class of failure"
               : std::string("no failure is repaired: on names classes of failure, but max_attempts is 0"),
      no_class ? "add \"on\": [\"any\"], or some of " + listed(kFailureClasses) : "set max_attempts to 1 or more");
}

}  // namespace

Policy read_policy(const json::object& job, Findings& findings) {
  Policy policy;
  const json::object* object = object_in(job, "policy");
  if (object == nullptr) return policy;
  const Place root;
  const Place place(root, "policy");
  check_members(*object, kPolicy, "policy", place, findings, Spelling::kUnchecked);
  check_unknown(*object, kPolicy, place, findings);
  if (const json::string* key = string_in(*object, "launch_key")) {
    policy.launch_key = *key;
    if (const std::string wrong = wrong_with_launch_key(*key); !wrong.empty())
      findings.error(Place(place, "launch_key"), "bad_policy", "launch_key " + wrong,
                     "write what makes this launch the same as its repetition, such as \"dag/2026-11-21\"");
  }
  read_choice(*object, "job_identity", kIdentities, place, policy.job_identity, findings);
  read_choice(*object, "on_abandon", kOnAbandon, place, policy.on_abandon, findings);
  if (const json::object* repair = object_in(*object, "repair")) {
    const Place repair_place(place, "repair");
    read_repair(*repair, repair_place, policy, findings);
    check_repair_can_happen(policy, repair_place, findings);
  }
  if (const json::object* cleanup = object_in(*object, "cleanup"))
    read_cleanup(*cleanup, Place(place, "cleanup"), policy, findings);
  return policy;
}

std::string wrong_with_launch_key(std::string_view key) {
  // It travels in every handle, and people read it there and in logs.
  constexpr std::size_t kMostBytes = 1'000;
  if (key.empty()) return "is empty, and so names no launch";
  if (key.size() > kMostBytes)
    return "has " + std::to_string(key.size()) + " bytes, at most " + std::to_string(kMostBytes) + " are taken";
  const auto* control =
      std::find_if(key.begin(), key.end(), [](unsigned char byte) { return byte < 0x20 || byte == 0x7F; });
  if (control == key.end()) return {};
  return "has a control character at byte " + std::to_string(control - key.begin());
}

}  // namespace brickwork::group
