#include "local/resources/compute/policy_rules.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <optional>
#include <regex>

#include "local/api_error.h"
#include "local/resources/compute/setting_path.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// std::regex goes as deep as its text is long.
constexpr std::size_t kLongestMatched = 1000;
constexpr std::size_t kLongestShown = 200;

std::string text_of(const json::object& rule, std::string_view name) {
  const json::value* value = rule.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

bool flag_of(const json::object& rule, std::string_view name) {
  const json::value* value = rule.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<double> number_in(const json::value* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->to_number<double>();
  if (!value->is_string()) return std::nullopt;
  const json::string& text = value->get_string();
  double number = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string joined(const json::object& rule) {
  std::string text;
  for (const json::value& value : rule.at("values").as_array())
    text += (text.empty() ? "" : ", ") + setting_text(value);
  return text;
}

bool is_listed(const json::object& rule, const std::string& value) {
  return std::ranges::any_of(rule.at("values").as_array(),
                             [&](const json::value& each) { return setting_text(each) == value; });
}

bool matches(const std::string& value, const std::string& pattern) {
  return value.size() <= kLongestMatched && std::regex_match(value, std::regex(pattern));
}

// What is wrong with the form of a rule; empty when nothing is.
std::string flaw_of(const json::object& rule) {
  const std::string type = text_of(rule, "type");
  const auto is_list = [&rule] {
    const json::value* values = rule.if_contains("values");
    return values != nullptr && values->is_array();
  };
  if (type == "fixed") return rule.contains("value") ? "" : "a fixed rule needs a value";
  if (type == "allowlist" || type == "blocklist") return is_list() ? "" : "a rule of type " + type + " needs values";
  if (type == "range") {
    if (!number_in(rule.if_contains("minValue")) && !number_in(rule.if_contains("maxValue")))
      return "a range needs a number as minValue or maxValue";
    return "";
  }
  if (type == "regex") {
    try {
      const std::regex tried(text_of(rule, "pattern"));
      return rule.contains("pattern") ? "" : "a rule of type regex needs a pattern";
    } catch (const std::regex_error&) {
      return "its pattern is no regular expression that this workspace can read";
    }
  }
  if (type == "forbidden" || type == "unlimited") return "";
  return "its type must be one of fixed, forbidden, allowlist, blocklist, regex, range, unlimited";
}

json::object parsed(std::string_view definition, const char* what) {
  boost::system::error_code error;
  const json::value document = json::parse(std::string(definition), error);
  if (error || !document.is_object())
    throw invalid_parameter(std::string("The ") + what + " of the policy must be a JSON object as text.");
  return document.get_object();
}

// Why a value may not be; empty when it may.
std::string broken(const json::object& rule, const json::value& given) {
  const std::string type = text_of(rule, "type");
  const std::string value = setting_text(given);
  if (type == "forbidden") return "the value must not be present";
  if (type == "fixed" && setting_text(rule.at("value")) != value)
    return "the value must be " + setting_text(rule.at("value"));
  if (type == "allowlist" && !is_listed(rule, value)) return "the value must be one of " + joined(rule);
  if (type == "blocklist" && is_listed(rule, value)) return "the value must not be one of " + joined(rule);
  if (type == "regex" && !matches(value, text_of(rule, "pattern")))
    return "the value must match the regular expression " + text_of(rule, "pattern");
  if (type == "range") {
    const auto number = number_in(&given);
    if (!number) return "the value must be a number";
    if (const auto least = number_in(rule.if_contains("minValue")); least && *number < *least)
      return "the value must be at least " + setting_text(rule.at("minValue"));
    if (const auto most = number_in(rule.if_contains("maxValue")); most && *number > *most)
      return "the value must be at most " + setting_text(rule.at("maxValue"));
  }
  return "";
}

// {"dbfs": {"destination": X}} as the policies' cluster_log_conf.type and cluster_log_conf.path see it, and back.
void show_log_conf(json::object& spec) {
  json::value* conf = spec.if_contains("cluster_log_conf");
  if (conf == nullptr || !conf->is_object() || conf->get_object().empty()) return;
  const auto& [kind, place] = *conf->get_object().begin();
  std::string type(kind);
  std::ranges::transform(type, type.begin(), [](unsigned char letter) { return std::toupper(letter); });
  json::object seen{{"type", type}};
  if (const json::object* known = place.if_object())
    for (const auto& member : *known)
      seen[member.key() == "destination" ? json::string_view("path") : member.key()] = member.value();
  *conf = std::move(seen);
}

void hide_log_conf(json::object& spec) {
  json::value* conf = spec.if_contains("cluster_log_conf");
  if (conf == nullptr || !conf->is_object() || !conf->get_object().contains("type")) return;
  std::string kind = text_of(conf->get_object(), "type");
  std::ranges::transform(kind, kind.begin(), [](unsigned char letter) { return std::tolower(letter); });
  if (kind.empty() || kind == "none") {
    spec.erase("cluster_log_conf");
    return;
  }
  json::object place;
  for (const auto& member : conf->get_object())
    if (member.key() != "type")
      place[member.key() == "path" ? json::string_view("destination") : member.key()] = member.value();
  *conf = json::object{{kind, std::move(place)}};
}

// A size is one of the two: a rule for the one says nothing to who chose the other.
bool is_other_size(const SettingPath& path, const json::object& spec) {
  return (path.top() == "num_workers" && spec.contains("autoscale")) ||
         (path.top() == "autoscale" && spec.contains("num_workers"));
}

// The pool names the machines, so nobody else has to.
bool comes_from_pool(const SettingPath& path, const json::object& spec) {
  return (path.text() == "node_type_id" || path.text() == "driver_node_type_id") && spec.contains("instance_pool_id");
}

bool is_measured_elsewhere(const SettingPath& path) { return path.text() == "dbus_per_hour"; }

void fill(const SettingPath& path, const json::object& rule, bool with_defaults, json::object& spec) {
  if (!path.find(spec).empty() || is_other_size(path, spec)) return;
  const json::value* value = rule.if_contains("value");
  if (text_of(rule, "type") != "fixed") value = with_defaults ? rule.if_contains("defaultValue") : nullptr;
  if (value != nullptr) path.set(spec, *value);
}

void judge(const SettingPath& path, const json::object& rule, const json::object& spec,
           std::vector<std::string>& findings) {
  const std::string type = text_of(rule, "type");
  const auto values = path.find(spec);
  const bool may_miss = type == "fixed" || type == "forbidden" || flag_of(rule, "isOptional") ||
                        path.is_of_every_entry() || comes_from_pool(path, spec);
  if (values.empty() && !may_miss)
    findings.push_back("Validation failed for " + path.text() + ", the value must be present");
  for (const json::value* value : values)
    if (const std::string why = broken(rule, *value); !why.empty())
      findings.push_back("Validation failed for " + path.text() + ", " + why + " (is \"" +
                         setting_text(*value).substr(0, kLongestShown) + "\")");
}

}  // namespace

PolicyRules PolicyRules::parse(std::string_view definition) {
  json::object rules = parsed(definition, "definition");
  std::string findings;
  for (const auto& [path, rule] : rules) {
    const std::string flaw = rule.is_object() ? flaw_of(rule.get_object()) : "it must be an object";
    if (!flaw.empty()) findings += " " + std::string(path) + ": " + flaw + ".";
  }
  if (!findings.empty()) throw invalid_parameter("The definition of the policy is wrong:" + findings);
  return PolicyRules(std::move(rules));
}

std::string PolicyRules::overridden(std::string_view family, std::string_view overrides) {
  json::object rules = parsed(family, "definition");
  if (!overrides.empty())
    for (const auto& [path, rule] : parsed(overrides, "policy_family_definition_overrides")) rules[path] = rule;
  return json::serialize(rules);
}

json::object PolicyRules::applied(json::object spec, std::string_view cluster_type, bool with_defaults,
                                  std::vector<std::string>& findings) const {
  show_log_conf(spec);
  for (const auto& [name, rule] : rules_)
    if (name != "cluster_type") fill(SettingPath(name), rule.get_object(), with_defaults, spec);
  spec["cluster_type"] = cluster_type;
  for (const auto& [name, rule] : rules_)
    if (const SettingPath path(name); !is_measured_elsewhere(path)) judge(path, rule.get_object(), spec, findings);
  spec.erase("cluster_type");
  hide_log_conf(spec);
  return spec;
}

}  // namespace brickwork::local
