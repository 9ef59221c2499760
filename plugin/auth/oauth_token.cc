#include "auth/oauth_token.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "auth/wipe.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLongestSeconds = std::int64_t{10} * 366 * 24 * 3600;

// Azure's older endpoints write numbers as text.
std::optional<std::int64_t> whole_at(const json::object& members, std::string_view name) {
  const json::value* value = members.if_contains(name);
  if (value == nullptr) return std::nullopt;
  boost::system::error_code error;
  if (value->is_number()) {
    const auto number = value->to_number<double>(error);
    if (error || !(number >= 0) || number > 1e12) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (!value->is_string()) return std::nullopt;
  const std::string_view text = value->get_string();
  std::int64_t number = 0;
  const auto [end, broken] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (broken != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<milliseconds> lifetime_of(const json::object& members, const IdentityAnswer& answer,
                                        std::int64_t unix_ms) {
  if (const auto seconds = whole_at(members, "expires_in")) {
    return std::chrono::seconds(std::min(*seconds, kLongestSeconds));
  }
  if (const auto end = whole_at(members, "expires_on")) {
    const std::int64_t now = answer.date_ms.value_or(unix_ms);
    const std::int64_t left = std::min(*end, unix_ms / 1000 + kLongestSeconds) * 1000 - now;
    return milliseconds(std::max<std::int64_t>(0, left));
  }
  return std::nullopt;
}

}  // namespace

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

Status unusable_answer(std::string message) {
  Fault fault;
  fault.code = Code::kUnavailable;
  fault.retryable = true;
  fault.message = std::move(message);
  return Status(std::move(fault));
}

Result<std::string> take_id_token(std::string_view provider, IdentityAnswer& answer, std::string_view member) {
  std::string token = text_at(answer.body, member);
  wipe(answer.body);
  if (token.empty()) return unusable_answer(std::string(provider) + " answered without a token");
  return token;
}

OauthToken::~OauthToken() {
  for (std::string* secret : {&access_token, &refresh_token, &id_token}) wipe(*secret);
}

Result<OauthToken> read_oauth_token(std::string_view provider, IdentityAnswer& answer, std::int64_t unix_ms) {
  OauthToken token;
  const json::object& members = answer.body;
  token.access_token = text_at(members, "access_token");
  if (std::string type = text_at(members, "token_type"); !type.empty()) token.token_type = std::move(type);
  // "bearer" is what some providers write and what proxies in front of Databricks do not know.
  if (token.token_type.size() == 6 && (token.token_type[0] | 0x20) == 'b') token.token_type = "Bearer";
  token.refresh_token = text_at(members, "refresh_token");
  token.id_token = text_at(members, "id_token");
  token.lifetime = lifetime_of(members, answer, unix_ms);
  wipe(answer.body);
  if (token.access_token.empty() || !is_header_text(token.access_token) || !is_header_text(token.token_type)) {
    Fault fault;
    fault.code = Code::kUnavailable;
    fault.retryable = true;
    fault.http_status = answer.http_status;
    fault.message = std::string(provider) + " answered without an access_token that could be used";
    return Status(std::move(fault));
  }
  return token;
}

Task<Result<OauthToken>> ask_for_token(Context& context, IdentityProvider& provider, IdentityRequest request) {
  const std::string name = request.provider;
  Task<Result<IdentityAnswer>> asking = provider.ask(context, std::move(request));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  co_return read_oauth_token(name, answer.value(), context.loop().unix_ms());
}

Proof bearer(const OauthToken& token) {
  Proof proof;
  proof.headers.emplace_back("Authorization", token.token_type + " " + token.access_token);
  proof.lifetime = token.lifetime;
  return proof;
}

}  // namespace brickwork
