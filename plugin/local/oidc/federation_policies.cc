#include "local/oidc/federation_policies.h"

#include <boost/json/parse.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"
#include "local/oidc/jwt.h"
#include "local/oidc/key_sets.h"
#include "local/oidc/texts.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists federation_policies (
  principal_id integer not null,
  policy_id text not null,
  uid text not null,
  description text not null,
  oidc_policy text not null,
  create_time integer not null,
  update_time integer not null,
  primary key (principal_id, policy_id)
) without rowid;
)";

constexpr std::size_t kLongestId = 256;

FederationPolicy policy_of(const Rows& rows) {
  return {.policy_id = rows.text(1),
          .uid = rows.text(2),
          .principal_id = rows.integer(0),
          .description = rows.text(3),
          .oidc_policy = rows.json(4).as_object(),
          .create_time = rows.integer(5),
          .update_time = rows.integer(6)};
}

bool is_policy_id(const std::string& id) {
  return !id.empty() && id.size() <= kLongestId &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-/") == std::string::npos;
}

std::string wrong_keys(const json::object& policy) {
  const std::string text = text_field(policy, "jwks_json").value_or("");
  if (text.empty()) return "";
  json::error_code error;
  const json::value keys = json::parse(text, error);
  if (error || !keys.is_object() || array_field(keys.get_object(), "keys") == nullptr)
    return " oidc_policy.jwks_json is not a JSON object with keys.";
  for (const json::value& key : *array_field(keys.get_object(), "keys"))
    if (!key.is_object() || key_of_jwk(key.get_object()) == nullptr)
      return " oidc_policy.jwks_json has a key that is neither RSA of 2048 bits or more nor EC over P-256, P-384 or "
             "P-521.";
  return "";
}

}  // namespace

std::string FederationPolicy::issuer() const { return text_field(oidc_policy, "issuer").value_or(""); }
std::string FederationPolicy::subject() const { return text_field(oidc_policy, "subject").value_or(""); }
std::string FederationPolicy::subject_claim() const {
  const std::string claim = text_field(oidc_policy, "subject_claim").value_or("");
  return claim.empty() ? "sub" : claim;
}
std::vector<std::string> FederationPolicy::audiences() const { return texts_of(array_field(oidc_policy, "audiences")); }

void check_policy(const FederationPolicy& policy) {
  std::string wrong;
  if (!is_policy_id(policy.policy_id))
    wrong += " policy_id must consist of lower case letters, digits, hyphens and slashes.";
  if (!is_safe_to_ask(policy.issuer()))
    wrong += " oidc_policy.issuer must be an https URL (http is taken for this machine's own addresses).";
  const std::string keys_at = text_field(policy.oidc_policy, "jwks_uri").value_or("");
  if (!keys_at.empty() && !is_safe_to_ask(keys_at)) wrong += " oidc_policy.jwks_uri must be an https URL.";
  if (policy.principal_id != 0 && policy.subject().empty())
    wrong += " oidc_policy.subject must be given for a service principal.";
  if (policy.principal_id == 0 && !policy.subject().empty())
    wrong += " oidc_policy.subject must not be given for an account.";
  for (const std::string& audience : policy.audiences())
    if (audience.empty()) wrong += " oidc_policy.audiences must not hold empty texts.";
  wrong += wrong_keys(policy.oidc_policy);
  if (!wrong.empty()) throw invalid_parameter("Invalid federation policy:" + wrong);
}

FederationPolicies::FederationPolicies(Store& store, std::function<std::int64_t()> now_ms)
    : store_(store), now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
}

void FederationPolicies::create(FederationPolicy& policy) {
  policy.uid = new_request_id();
  policy.create_time = policy.update_time = now_ms_();
  Transaction transaction(store_);
  if (transaction.run("insert or ignore into federation_policies values (?, ?, ?, ?, ?, ?, ?)", policy.principal_id,
                      policy.policy_id, policy.uid, policy.description, json::value(policy.oidc_policy),
                      policy.create_time, policy.update_time) == 0)
    throw ApiError(409, "ALREADY_EXISTS", "Federation policy " + policy.policy_id + " already exists.");
  transaction.commit();
}

void FederationPolicies::update(FederationPolicy& policy) {
  policy.update_time = now_ms_();
  Transaction transaction(store_);
  transaction.run(
      "update federation_policies set description = ?, oidc_policy = ?, update_time = ? "
      "where principal_id = ? and policy_id = ?",
      policy.description, json::value(policy.oidc_policy), policy.update_time, policy.principal_id, policy.policy_id);
  transaction.commit();
}

bool FederationPolicies::remove(std::int64_t principal_id, const std::string& policy_id) {
  Transaction transaction(store_);
  const bool removed = transaction.run("delete from federation_policies where principal_id = ? and policy_id = ?",
                                       principal_id, policy_id) != 0;
  transaction.commit();
  return removed;
}

std::vector<FederationPolicy> FederationPolicies::list(std::int64_t principal_id) {
  std::vector<FederationPolicy> found;
  Transaction transaction(store_);
  Rows rows =
      transaction.query("select * from federation_policies where principal_id = ? order by policy_id", principal_id);
  while (rows.next()) found.push_back(policy_of(rows));
  return found;
}

std::optional<FederationPolicy> FederationPolicies::find(std::int64_t principal_id, const std::string& policy_id) {
  for (FederationPolicy& policy : list(principal_id))
    if (policy.policy_id == policy_id) return std::move(policy);
  return std::nullopt;
}

}  // namespace brickwork::local
