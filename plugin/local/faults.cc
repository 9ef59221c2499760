#include "local/faults.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

constexpr std::size_t kRecordSize = 1000;

// A status fault under a name of its own: what it stands for, said once.
struct Preset {
  int status;
  std::string_view error_code;
  std::string_view message;
};

Fault::Kind parse_kind(const std::string& kind) {
  static const std::map<std::string, Fault::Kind> kinds{{"status", Fault::Kind::kStatus},
                                                        {"reset_before", Fault::Kind::kResetBefore},
                                                        {"reset_after", Fault::Kind::kResetAfter},
                                                        {"slow", Fault::Kind::kSlow},
                                                        {"delay", Fault::Kind::kDelay},
                                                        {"truncate", Fault::Kind::kTruncate},
                                                        {"stall", Fault::Kind::kStall},
                                                        {"expired_token", Fault::Kind::kStatus},
                                                        {"quota", Fault::Kind::kStatus},
                                                        {"cluster_lost", Fault::Kind::kClusterLost},
                                                        {"cluster_quota", Fault::Kind::kClusterRefused},
                                                        {"library_failure", Fault::Kind::kLibraryFailure}};
  const auto found = kinds.find(kind);
  if (found == kinds.end()) throw invalid_parameter("Unknown kind of fault: " + kind);
  return found->second;
}

Preset preset_of(const std::string& kind) {
  static const std::map<std::string, Preset> presets{
      {"expired_token", {401, "UNAUTHENTICATED", "The access token expired."}},
      {"quota", {429, "RESOURCE_EXHAUSTED", "The quota of this workspace is exhausted."}},
      {"cluster_lost", {0, "", "The cluster was lost: its driver is not reachable any more."}},
      {"cluster_quota", {0, "", "The cloud provider has no quota left for the nodes of this cluster."}},
      {"library_failure", {0, "", "Library installation failed."}}};
  const auto found = presets.find(kind);
  return found == presets.end() ? Preset{503, "", "Injected by a fault rule."} : found->second;
}

Fault parse_fault(const boost::json::object& from) {
  Fault fault;
  fault.name = required_text(from, "kind");
  fault.kind = parse_kind(fault.name);
  const Preset preset = preset_of(fault.name);
  fault.status = static_cast<int>(integer_field(from, "status").value_or(preset.status));
  if (fault.kind == Fault::Kind::kStatus && (fault.status < 200 || fault.status > 599))
    throw invalid_parameter("status must be between 200 and 599.");
  fault.error_code = text_field(from, "error_code").value_or(std::string(preset.error_code));
  fault.message = text_field(from, "message").value_or(std::string(preset.message));
  fault.retry_after = text_field(from, "retry_after");
  fault.body = text_field(from, "body");
  fault.content_type = text_field(from, "content_type").value_or("application/json");
  // They become lines of a header.
  for (const std::string& text : {fault.retry_after.value_or(""), fault.content_type})
    if (text.find_first_of("\r\n") != std::string::npos) throw invalid_parameter("A header is one line.");
  fault.bytes_per_second = std::max<std::int64_t>(1, integer_field(from, "bytes_per_second").value_or(1000));
  fault.delay_ms = std::max<std::int64_t>(0, integer_field(from, "delay_ms").value_or(0));
  fault.bytes = std::max<std::int64_t>(0, integer_field(from, "bytes").value_or(0));
  return fault;
}

bool path_matches(const std::string& pattern, const std::string& path) {
  if (pattern.empty()) return true;
  if (pattern.ends_with('*')) return path.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == path;
}

}  // namespace

FaultRules::Rule FaultRules::parse_rule(const boost::json::object& from) const {
  Rule rule;
  rule.method = text_field(from, "method").value_or("");
  rule.path = text_field(from, "path").value_or("");
  rule.token = text_field(from, "token").value_or("");
  rule.task = text_field(from, "task").value_or("*");
  rule.skip = integer_field(from, "skip").value_or(0);
  rule.count = integer_field(from, "count").value_or(1);
  rule.not_before = now_() + integer_field(from, "after_ms").value_or(0);
  const boost::json::object* fault = object_field(from, "fault");
  if (fault == nullptr) throw invalid_parameter("Missing required field: fault");
  rule.fault = parse_fault(*fault);
  if (!rule.fault.is_of_task() && from.contains("task"))
    throw invalid_parameter("A fault of the kind " + rule.fault.name + " meets requests, not tasks.");
  return rule;
}

std::vector<FaultRules::Rule> FaultRules::parse_rules(const boost::json::object& rules) const {
  std::vector<Rule> parsed;
  if (const boost::json::array* list = array_field(rules, "rules")) {
    for (const boost::json::value& rule : *list) {
      if (!rule.is_object()) throw malformed_request("Expected an object for each rule.");
      parsed.push_back(parse_rule(rule.get_object()));
    }
  }
  return parsed;
}

void FaultRules::replace(const boost::json::object& rules) {
  std::vector<Rule> parsed = parse_rules(rules);
  const std::lock_guard lock(mutex_);
  rules_ = std::move(parsed);
  record_.clear();
}

void FaultRules::add(const boost::json::object& rules) {
  std::vector<Rule> parsed = parse_rules(rules);
  const std::lock_guard lock(mutex_);
  for (Rule& rule : parsed) rules_.push_back(std::move(rule));
}

bool FaultRules::fires(Rule& rule) {
  if (rule.matched++ < rule.skip || (rule.count >= 0 && rule.fired >= rule.count)) return false;
  ++rule.fired;
  return true;
}

void FaultRules::keep_record(boost::json::object entry) {
  entry["time"] = now_();
  record_.push_back(std::move(entry));
  if (record_.size() > kRecordSize) record_.pop_front();
}

std::optional<Fault> FaultRules::next(const Request& request) {
  if (request.path.starts_with("/api/brickwork/") || request.path == "/local/faults") return std::nullopt;
  const auto wanted = request.headers.find("x-brickwork-fault");
  std::optional<Fault> asked;
  if (wanted != request.headers.end()) {
    boost::json::error_code error;
    const boost::json::value parsed = boost::json::parse(wanted->second, error);
    if (error || !parsed.is_object()) throw invalid_parameter("X-Brickwork-Fault is not a JSON object.");
    asked = parse_fault(parsed.get_object());
    if (asked->is_of_task())
      throw invalid_parameter("X-Brickwork-Fault is for requests: " + asked->name + " meets tasks.");
  }
  const std::lock_guard lock(mutex_);
  ++counts_[{request.method, request.path}];
  boost::json::object entry{{"method", request.method}, {"path", request.path}, {"request_id", request.request_id}};
  if (asked) {
    entry["kind"] = asked->name;
    keep_record(std::move(entry));
    return asked;
  }
  const auto authorization = request.headers.find("authorization");
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Rule& rule = rules_[i];
    if (rule.fault.is_of_task() || now_() < rule.not_before) continue;
    if ((!rule.method.empty() && rule.method != request.method) || !path_matches(rule.path, request.path)) continue;
    if (!rule.token.empty() &&
        (authorization == request.headers.end() || authorization->second != "Bearer " + rule.token))
      continue;
    if (!fires(rule)) continue;
    entry["kind"] = rule.fault.name;
    entry["rule"] = i;
    keep_record(std::move(entry));
    return rule.fault;
  }
  return std::nullopt;
}

std::optional<Fault> FaultRules::next_of_task(const std::string& task_key) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Rule& rule = rules_[i];
    if (!rule.fault.is_of_task() || now_() < rule.not_before || !path_matches(rule.task, task_key)) continue;
    if (!fires(rule)) continue;
    keep_record({{"task_key", task_key}, {"kind", rule.fault.name}, {"rule", i}});
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
  return {{"rules", std::move(rules)}, {"record", boost::json::array(record_.begin(), record_.end())}};
}

void add_faults(Router& router, FaultRules& faults) {
  router.add("PUT", "/api/brickwork/faults", [&faults](const Request& request) {
    faults.replace(request.arguments());
    return Response{};
  });
  const auto add = [&faults](const Request& request) {
    faults.add(request.arguments());
    return Response{};
  };
  router.add("POST", "/api/brickwork/faults", add);
  router.add("POST", "/local/faults", add);
  router.add("GET", "/api/brickwork/faults", [&faults](const Request&) { return json_response(faults.fired()); });
  router.add("GET", "/api/brickwork/requests", [&faults](const Request&) { return json_response(faults.counted()); });
  router.add("DELETE", "/api/brickwork/requests", [&faults](const Request&) {
    faults.forget_counts();
    return Response{};
  });
}

}  // namespace brickwork::local
