#include "local/oidc/federation.h"

#include <algorithm>
#include <boost/json/array.hpp>

#include "local/fields.h"
#include "local/oidc/oauth_error.h"
#include "local/oidc/texts.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLeewayMs = 60'000;  // clocks of issuers run ahead
constexpr std::int64_t kLongestMs = 86'400'000;

OAuthError refused(const std::string& why) { return {400, "invalid_grant", why}; }

std::optional<std::int64_t> time_of(const Jwt& token, std::string_view claim) {
  const json::value* value = token.claims.if_contains(claim);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->to_number<double>();
  constexpr double kMost = 1e11;
  return static_cast<std::int64_t>(std::clamp(seconds, -kMost, kMost) * 1000);
}

bool has_audience(const Jwt& token, const std::vector<std::string>& wanted) {
  std::vector<std::string> audiences{token.claim("aud")};
  if (const json::value* value = token.claims.if_contains("aud"); value != nullptr && value->is_array())
    for (const json::value& entry : value->get_array())
      if (entry.is_string()) audiences.emplace_back(entry.get_string());
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& audience) { return !audience.empty() && contains(audiences, audience); });
}

// Empty when the policy takes the token.
std::string why_not(Oidc::Parts& parts, const FederationPolicy& policy, const Jwt& token) {
  if (token.claim("iss") != policy.issuer()) return "the issuer is not " + policy.issuer();
  std::vector<std::string> audiences = policy.audiences();
  if (audiences.empty()) audiences.push_back(parts.account_id);
  if (!has_audience(token, audiences)) return "the audience is none of: " + scope_text(audiences);
  if (policy.principal_id != 0 && token.claim(policy.subject_claim()) != policy.subject())
    return "the claim " + policy.subject_claim() + " is not " + policy.subject();
  try {
    return parts.key_sets.is_signed_by_issuer(token, policy) ? "" : "no key of the issuer made the signature";
  } catch (const std::exception& error) {
    return std::string("the issuer's keys cannot be had: ") + error.what();
  }
}

void check_times(const Jwt& token, std::int64_t now) {
  const auto expires = time_of(token, "exp");
  if (!expires) throw refused("The subject_token has no exp.");
  if (*expires <= now) throw refused("The subject_token has expired.");
  const auto begins = time_of(token, "nbf");
  if (begins && *begins > now + kLeewayMs) throw refused("The subject_token is not valid yet.");
}

Principal user_of_claim(Oidc::Parts& parts, const std::string& claim, const std::string& name) {
  auto found = parts.users.find_named(PrincipalKind::kUser, name);
  if (!found) found = parts.users.find_named(PrincipalKind::kServicePrincipal, name);
  if (!found) throw refused("There is no user and no service principal named by the claim " + claim + ".");
  return std::move(*found);
}

}  // namespace

Federated federated_principal(Oidc::Parts& parts, const std::string& client_id, const std::string& subject_token) {
  const auto token = parse_jwt(subject_token);
  if (!token) throw OAuthError(400, "invalid_request", "The subject_token is not a JWT.");
  std::optional<Principal> principal;
  if (!client_id.empty()) {
    principal = parts.users.find_named(PrincipalKind::kServicePrincipal, client_id);
    if (!principal) throw OAuthError(401, "invalid_client", "Client authentication failed");
  }
  std::string findings;
  for (const FederationPolicy& policy : parts.policies.list(principal ? principal->id : 0)) {
    const std::string why = why_not(parts, policy, *token);
    if (!why.empty()) {
      findings += " " + policy.policy_id + ": " + why + ".";
      continue;
    }
    check_times(*token, parts.now_ms());
    if (!principal) principal = user_of_claim(parts, policy.subject_claim(), token->claim(policy.subject_claim()));
    if (!principal->active) throw refused("The user of the subject_token is not active.");
    return {std::move(*principal), std::min(*time_of(*token, "exp"), parts.now_ms() + kLongestMs)};
  }
  throw refused(std::string("No federation policy of this ") + (principal ? "service principal" : "account") +
                " takes the token." + (findings.empty() ? " There is none." : findings));
}

}  // namespace brickwork::local
