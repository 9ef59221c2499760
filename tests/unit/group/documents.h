#pragma once

#include <boost/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "group/compile.h"

namespace brickwork::group {

// Test documents are written with single quotes, to be read without backslashes.
inline boost::json::value document(std::string text) {
  for (char& c : text) {
    if (c == '\'') c = '"';
  }
  boost::json::parse_options options;
  options.max_depth = 1'000'000;
  return boost::json::parse(text, {}, options);
}

inline boost::json::value notebook(std::string_view key, std::vector<std::string> depends_on = {}) {
  boost::json::object task{{"task_key", key}, {"notebook_task", {{"notebook_path", "/Shared/n"}}}};
  if (!depends_on.empty()) task["depends_on"] = boost::json::value_from(depends_on);
  return task;
}

// The one task of a compiled job with that key.
inline const boost::json::object& task_of(const Compiled& compiled, std::string_view key) {
  for (const boost::json::value& task : compiled.settings.at("tasks").get_array()) {
    if (task.at("task_key").get_string() == key) return task.get_object();
  }
  throw std::out_of_range("no task " + std::string(key));
}

// "a", or "a:true" with an outcome.
inline std::set<std::string> upstreams(const Compiled& compiled, std::string_view key) {
  std::set<std::string> keys;
  const boost::json::value* depends_on = task_of(compiled, key).if_contains("depends_on");
  if (depends_on == nullptr) return keys;
  for (const boost::json::value& entry : depends_on->get_array()) {
    std::string name(entry.at("task_key").get_string());
    if (const auto* outcome = entry.get_object().if_contains("outcome"))
      name += ":" + std::string(outcome->get_string());
    keys.insert(name);
  }
  return keys;
}

// "rule at pointer" of each finding, in its order.
inline std::vector<std::string> rules(const std::vector<Finding>& findings) {
  std::vector<std::string> list;
  for (const Finding& finding : findings) list.push_back(finding.rule + " at " + finding.pointer);
  return list;
}

inline std::vector<std::string> lint_rules(std::string text) { return rules(lint(document(std::move(text)))); }

// Compiles what must compile; the message of the failure is the test's message otherwise.
inline Compiled compiled(const boost::json::value& group) {
  Result<Compiled> result = compile(group);
  if (!result.ok()) throw std::runtime_error(result.status()->message + " at " + result.status()->pointer);
  return std::move(result.value());
}
inline Compiled compiled(const char* text) { return compiled(document(text)); }

}  // namespace brickwork::group
