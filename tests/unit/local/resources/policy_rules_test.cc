#include "local/resources/compute/policy_rules.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Case {
  const char* rules;
  const char* asked;
  const char* given;     // the settings afterwards; empty: as asked
  const char* findings;  // joined with "; ", without "Validation failed for "
};

class PolicyRulesTest : public testing::TestWithParam<Case> {};

std::string joined(const std::vector<std::string>& findings) {
  std::string text;
  for (const std::string& finding : findings)
    text += (text.empty() ? "" : "; ") + finding.substr(std::string("Validation failed for ").size());
  return text;
}

TEST_P(PolicyRulesTest, FillsAndJudges) {
  const Case& tried = GetParam();
  std::vector<std::string> findings;
  const json::object spec = json::parse(tried.asked).as_object();
  const json::object given = PolicyRules::parse(tried.rules).applied(spec, "job", true, findings);
  EXPECT_EQ(joined(findings), tried.findings);
  EXPECT_EQ(json::value(given), json::parse(*tried.given == '\0' ? tried.asked : tried.given))
      << json::serialize(given);
}

INSTANTIATE_TEST_SUITE_P(
    EveryType, PolicyRulesTest,
    testing::Values(
        Case{R"({"a": {"type": "fixed", "value": 3}})", "{}", R"({"a": 3})", ""},
        Case{R"({"a": {"type": "fixed", "value": 3}})", R"({"a": "3"})", "", ""},
        Case{R"({"a": {"type": "fixed", "value": 3}})", R"({"a": 4})", "", R"(a, the value must be 3 (is "4"))"},
        Case{R"({"a.b": {"type": "fixed", "value": true}})", "{}", R"({"a": {"b": true}})", ""},
        Case{R"({"a.b": {"type": "fixed", "value": true}})", R"({"a": 1})", "", ""},
        Case{R"({"spark_conf.spark.x.y": {"type": "fixed", "value": "v"}})", "{}",
             R"({"spark_conf": {"spark.x.y": "v"}})", ""},
        Case{R"({"a": {"type": "forbidden"}})", "{}", "", ""},
        Case{R"({"a": {"type": "forbidden"}})", R"({"a": null})", "", ""},
        Case{R"({"a": {"type": "forbidden"}})", R"({"a": 1})", "", R"(a, the value must not be present (is "1"))"},
        Case{R"({"a": {"type": "unlimited"}})", "{}", "", "a, the value must be present"},
        Case{R"({"a": {"type": "unlimited", "isOptional": true}})", "{}", "", ""},
        Case{R"({"a": {"type": "unlimited", "defaultValue": "d"}})", "{}", R"({"a": "d"})", ""},
        Case{R"({"a": {"type": "allowlist", "values": ["x", 2]}})", R"({"a": "2"})", "", ""},
        Case{R"({"a": {"type": "allowlist", "values": ["x", 2]}})", R"({"a": "y"})", "",
             R"(a, the value must be one of x, 2 (is "y"))"},
        Case{R"({"a": {"type": "blocklist", "values": ["x"]}})", R"({"a": "y"})", "", ""},
        Case{R"({"a": {"type": "blocklist", "values": ["x"]}})", R"({"a": "x"})", "",
             R"(a, the value must not be one of x (is "x"))"},
        Case{R"({"a": {"type": "regex", "pattern": "[a-z]+"}})", R"({"a": "abc"})", "", ""},
        Case{R"({"a": {"type": "regex", "pattern": "[a-z]+"}})", R"({"a": "abc1"})", "",
             R"(a, the value must match the regular expression [a-z]+ (is "abc1"))"},
        Case{R"({"a": {"type": "range", "minValue": 2, "maxValue": 4}})", R"({"a": "3.5"})", "", ""},
        Case{R"({"a": {"type": "range", "minValue": 2}})", R"({"a": 1})", "",
             R"(a, the value must be at least 2 (is "1"))"},
        Case{R"({"a": {"type": "range", "maxValue": 2}})", R"({"a": 3})", "",
             R"(a, the value must be at most 2 (is "3"))"},
        Case{R"({"a": {"type": "range", "maxValue": 2}})", R"({"a": "x"})", "",
             R"(a, the value must be a number (is "x"))"},
        Case{R"({"a": {"type": "range", "maxValue": 2}})", R"({"a": "inf"})", "",
             R"(a, the value must be a number (is "inf"))"},
        Case{R"({"cluster_type": {"type": "fixed", "value": "all-purpose"}})", "{}", "",
             R"(cluster_type, the value must be all-purpose (is "job"))"}));

INSTANTIATE_TEST_SUITE_P(
    EveryPlace, PolicyRulesTest,
    testing::Values(
        Case{R"({"init_scripts.*.s3.destination": {"type": "forbidden"}})",
             R"({"init_scripts": [{"dbfs": {"destination": "a"}}, {"s3": {"destination": "b"}}]})", "",
             R"(init_scripts.*.s3.destination, the value must not be present (is "b"))"},
        Case{R"({"init_scripts.*.s3.destination": {"type": "unlimited", "defaultValue": "x"}})", "{}", "", ""},
        Case{R"({"init_scripts.0.volumes.destination": {"type": "fixed", "value": "/Volumes/a"}})", "{}",
             R"({"init_scripts": [{"volumes": {"destination": "/Volumes/a"}}]})", ""},
        Case{R"({"init_scripts.3.volumes.destination": {"type": "fixed", "value": "/Volumes/a"}})",
             R"({"init_scripts": []})", "", ""},
        Case{R"({"cluster_log_conf.type": {"type": "fixed", "value": "VOLUMES"},
                 "cluster_log_conf.path": {"type": "fixed", "value": "/Volumes/a"}})",
             "{}", R"({"cluster_log_conf": {"volumes": {"destination": "/Volumes/a"}}})", ""},
        Case{R"({"cluster_log_conf.path": {"type": "allowlist", "values": ["x"]}})",
             R"({"cluster_log_conf": {"s3": {"destination": "y", "region": "r"}}})", "",
             R"(cluster_log_conf.path, the value must be one of x (is "y"))"},
        Case{R"({"num_workers": {"type": "fixed", "value": 2}})", R"({"autoscale": {"max_workers": 5}})", "", ""},
        Case{R"({"autoscale.max_workers": {"type": "range", "maxValue": 5, "defaultValue": 3, "isOptional": true}})",
             R"({"num_workers": 2})", "", ""},
        Case{R"({"node_type_id": {"type": "allowlist", "values": ["x"]}})", R"({"instance_pool_id": "p"})", "", ""},
        Case{R"({"dbus_per_hour": {"type": "range", "maxValue": 1}})", "{}", "", ""}));

TEST(PolicyRules, DefaultsAreOnlyFilledWhenTheyAreAskedFor) {
  std::vector<std::string> findings;
  const auto rules = PolicyRules::parse(
      R"({"a": {"type": "unlimited", "defaultValue": 1, "isOptional": true}, "b": {"type": "fixed", "value": 2}})");
  const json::object given = rules.applied({}, "job", false, findings);
  EXPECT_EQ(json::serialize(given), R"({"b":2})");
  EXPECT_TRUE(findings.empty());
}

TEST(PolicyRules, AValueOfAnyLengthIsMatchedWithoutHarm) {
  std::vector<std::string> findings;
  const auto rules = PolicyRules::parse(R"({"a": {"type": "regex", "pattern": "(x|y)*"}})");
  rules.applied({{"a", std::string(1'000'000, 'x')}}, "job", false, findings);
  EXPECT_EQ(findings.size(), 1U);
}

TEST(PolicyRules, OverridesReplaceTheRulesOfAFamily) {
  EXPECT_EQ(PolicyRules::overridden(R"({"a": {"type": "forbidden"}, "b": {"type": "unlimited"}})",
                                    R"({"a": {"type": "fixed", "value": 1}})"),
            R"({"a":{"type":"fixed","value":1},"b":{"type":"unlimited"}})");
}

}  // namespace
}  // namespace brickwork::local
