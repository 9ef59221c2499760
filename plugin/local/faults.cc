#include "local/faults.h"

#include <boost/json/array.hpp>
#include <map>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

Fault::Kind parse_kind(const std::string& kind) {
  static const std::map<std::string, Fault::Kind> kinds{{"status", Fault::Kind::kStatus},
                                                        {"reset_before", Fault::Kind::kResetBefore},
                                                        {"reset_after", Fault::Kind::kResetAfter},
                                                        {"slow", Fault::Kind::kSlow},
                                                        {"delay", Fault::Kind::kDelay},
                                                        {"truncate", Fault::Kind::kTruncate}};
  const auto found = kinds.find(kind);
  if (found == kinds.end()) throw invalid_parameter("Unknown kind of fault: " + kind);
  return found->second;
}

bool path_matches(const std::string& pattern, const std::string& path) {
  if (pattern.empty()) return true;
  if (pattern.ends_with('*')) return path.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == path;
}

}  // namespace

FaultRules::Rule FaultRules::parse_rule(const boost::json::object& from) {
  Rule rule;
  rule.method = text_field(from, "method").value_or("");
  rule.path = text_field(from, "path").value_or("");
  rule.skip = integer_field(from, "skip").value_or(0);
  rule.count = integer_field(from, "count").value_or(1);
  const boost::json::object* fault = object_field(from, "fault");
  if (fault == nullptr) throw invalid_parameter("Missing required field: fault");
  rule.fault.kind = parse_kind(required_text(*fault, "kind"));
  rule.fault.status = static_cast<int>(integer_field(*fault, "status").value_or(503));
  rule.fault.retry_after = text_field(*fault, "retry_after");
  rule.fault.body = text_field(*fault, "body");
  rule.fault.content_type = text_field(*fault, "content_type").value_or("application/json");
  rule.fault.bytes_per_second = integer_field(*fault, "bytes_per_second").value_or(1000);
  rule.fault.delay_ms = integer_field(*fault, "delay_ms").value_or(0);
  rule.fault.bytes = integer_field(*fault, "bytes").value_or(0);
  return rule;
}

void FaultRules::replace(const boost::json::object& rules) {
  std::vector<Rule> parsed;
  if (const boost::json::array* list = array_field(rules, "rules")) {
    for (const boost::json::value& rule : *list) {
      if (!rule.is_object()) throw malformed_request("Expected an object for each rule.");
      parsed.push_back(parse_rule(rule.get_object()));
    }
  }
  const std::lock_guard lock(mutex_);
  rules_ = std::move(parsed);
}

std::optional<Fault> FaultRules::next(const std::string& method, const std::string& path) {
  if (path.starts_with("/api/brickwork/")) return std::nullopt;
  const std::lock_guard lock(mutex_);
  ++counts_[{method, path}];
  for (Rule& rule : rules_) {
    if ((!rule.method.empty() && rule.method != method) || !path_matches(rule.path, path)) continue;
    if (rule.matched++ < rule.skip || (rule.count >= 0 && rule.fired >= rule.count)) continue;
    ++rule.fired;
    return rule.fault;
  }
  return std::nullopt;
}

boost::json::object FaultRules::counted() const {
  const std::lock_guard lock(mutex_);
  boost::json::array requests;
  std::int64_t total = 0;
  for (const auto& [key, count] : counts_) {
    requests.push_back(boost::json::object{{"method", key.first}, {"path", key.second}, {"count", count}});
    total += count;
  }
  return {{"requests", std::move(requests)}, {"total", total}};
}

void FaultRules::forget_counts() {
  const std::lock_guard lock(mutex_);
  counts_.clear();
}

boost::json::object FaultRules::fired() const {
  const std::lock_guard lock(mutex_);
  boost::json::array rules;
  for (const Rule& rule : rules_)
    rules.push_back(boost::json::object{{"matched", rule.matched}, {"fired", rule.fired}});
  return {{"rules", std::move(rules)}};
}

void add_faults(Router& router, FaultRules& faults) {
  router.add("PUT", "/api/brickwork/faults", [&faults](const Request& request) {
    faults.replace(request.arguments());
    return Response{};
  });
  router.add("GET", "/api/brickwork/faults", [&faults](const Request&) { return json_response(faults.fired()); });
  router.add("GET", "/api/brickwork/requests", [&faults](const Request&) { return json_response(faults.counted()); });
  router.add("DELETE", "/api/brickwork/requests", [&faults](const Request&) {
    faults.forget_counts();
    return Response{};
  });
}

}  // namespace brickwork::local
