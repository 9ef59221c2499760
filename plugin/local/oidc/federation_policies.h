#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/store.h"

namespace brickwork::local {

// Whose tokens are taken instead of ours: those of an issuer, for an audience and, of one service principal, for a
// subject. Without a service principal the policy is the account's, and a claim names the user.
struct FederationPolicy {
  std::string policy_id;
  std::string uid;
  std::int64_t principal_id = 0;  // 0: of the account
  std::string description;
  boost::json::object oidc_policy;
  std::int64_t create_time = 0;
  std::int64_t update_time = 0;

  std::string issuer() const;
  std::string subject() const;
  std::string subject_claim() const;  // "sub" unless it says otherwise
  std::vector<std::string> audiences() const;
};

// INVALID_PARAMETER_VALUE with everything that is wrong with it.
void check_policy(const FederationPolicy& policy);

class FederationPolicies {
 public:
  FederationPolicies(Store& store, std::function<std::int64_t()> now_ms);

  void create(FederationPolicy& policy);  // fills what is computed; ALREADY_EXISTS for an id that is taken
  void update(FederationPolicy& policy);
  bool remove(std::int64_t principal_id, const std::string& policy_id);
  std::vector<FederationPolicy> list(std::int64_t principal_id);
  std::optional<FederationPolicy> find(std::int64_t principal_id, const std::string& policy_id);

 private:
  Store& store_;
  std::function<std::int64_t()> now_ms_;
};

}  // namespace brickwork::local
