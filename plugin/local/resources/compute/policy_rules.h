#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// The definition of a cluster policy: for members of a cluster's settings, named by paths such as
// "spark_conf.spark.executor.memory" or "init_scripts.*.volumes.destination", what they may be.
class PolicyRules {
 public:
  // Throws ApiError with everything that is wrong with the definition.
  static PolicyRules parse(std::string_view definition);
  // A family's rules with the overrides of a policy laid over them, as the definition that the policy then has.
  static std::string overridden(std::string_view family, std::string_view overrides);

  // `spec` with the fixed values that it leaves out and, if wanted, the default ones. What is against the rules is
  // added to `findings`. `cluster_type` is "all-purpose" or "job".
  boost::json::object applied(boost::json::object spec, std::string_view cluster_type, bool with_defaults,
                              std::vector<std::string>& findings) const;

 private:
  explicit PolicyRules(boost::json::object rules) : rules_(std::move(rules)) {}

  boost::json::object rules_;
};

}  // namespace brickwork::local
