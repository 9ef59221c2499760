#include "group/severities.h"

#include "group/findings.h"
#include "group/members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::string_view kLevels[] = {"error", "warning", "off"};

}  // namespace

Severities::Severities(const json::value& document) {
  const json::object* job = document.if_object();
  const json::object* lint = job != nullptr ? object_in(*job, "lint") : nullptr;
  if (lint == nullptr) return;
  for (const auto& [name, value] : *lint) {
    const Rule* rule = find_lint_rule(name);
    const json::string* word = value.if_string();
    if (rule == nullptr || word == nullptr) continue;
    if (*word == "error") levels_.emplace_back(rule, Level::kError);
    if (*word == "warning") levels_.emplace_back(rule, Level::kWarning);
    if (*word == "off") levels_.emplace_back(rule, Level::kOff);
  }
}

std::optional<Finding::Severity> Severities::of(std::string_view rule, Finding::Severity severity) const {
  for (const auto& [known, level] : levels_) {
    if (known->id != rule) continue;
    if (known->is_fixed && severity == Finding::Severity::kError) return severity;
    if (level == Level::kOff) return std::nullopt;
    return level == Level::kError ? Finding::Severity::kError : Finding::Severity::kWarning;
  }
  return severity;
}

void check_severities(const json::object& job, Findings& findings) {
  const json::object* lint = object_in(job, "lint");
  if (lint == nullptr) return;
  const Place root;
  const Place lint_place(root, "lint");
  for (const auto& [name, value] : *lint) {
    const Place place(lint_place, name);
    const json::string* word = value.if_string();
    const bool is_level = word != nullptr && std::find(std::begin(kLevels), std::end(kLevels),
                                                       std::string_view(*word)) != std::end(kLevels);
    if (!is_level && !value.is_null()) {
      findings.error(place, "bad_severity", "the severity is " + shown(value) + ", it must be error, warning or off",
                     "write \"error\", \"warning\" or \"off\"");
    }
    const Rule* rule = find_lint_rule(name);
    if (rule == nullptr) {
      const Rule* nearest = nearest_lint_rule(name);
      findings.warning(place, "unknown_rule", "there is no rule " + quoted(name),
                       nearest != nullptr ? "did you mean " + quoted(nearest->id) + "?"
                                          : "take the rule from a finding, which names its own");
    } else if (rule->is_fixed && is_level && *word != "error") {
      findings.warning(place, "fixed_rule",
                       quoted(name) + " stays an error: there is nothing to compile where it is broken",
                       "take it out of lint and mend what it finds");
    }
  }
}

}  // namespace brickwork::group
