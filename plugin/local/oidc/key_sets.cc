#include "local/oidc/key_sets.h"

#include <curl/curl.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <memory>
#include <stdexcept>

#include "local/fields.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kKeptMs = 300'000;
constexpr std::int64_t kAskAgainMs = 5'000;  // so that made-up key ids do not become so many questions to the issuer
constexpr std::size_t kMostBytes = 1 << 20;
constexpr long kSeconds = 10;

std::size_t take(char* data, std::size_t size, std::size_t count, void* into) {
  std::string& text = *static_cast<std::string*>(into);
  if (text.size() + size * count > kMostBytes) return 0;
  text.append(data, size * count);
  return size * count;
}

json::object parsed_object(const std::string& text, const std::string& from) {
  json::error_code error;
  json::value value = json::parse(text, error);
  if (error || !value.is_object()) throw std::runtime_error(from + " did not answer with a JSON object");
  return std::move(value.get_object());
}

enum class Outcome { kSigned, kNotSigned, kNoSuchKey };

Outcome look(const Jwt& token, const json::object& keys) {
  const json::array* entries = array_field(keys, "keys");
  if (entries == nullptr) return Outcome::kNoSuchKey;
  const auto wanted = text_field(token.header, "kid");
  Outcome outcome = Outcome::kNoSuchKey;
  for (const json::value& entry : *entries) {
    if (!entry.is_object()) continue;
    const auto kid = text_field(entry.get_object(), "kid");
    if (wanted && kid && *wanted != *kid) continue;
    if (is_signed_by(token, key_of_jwk(entry.get_object()))) return Outcome::kSigned;
    outcome = Outcome::kNotSigned;
  }
  return outcome;
}

}  // namespace

bool is_safe_to_ask(const std::string& url) {
  if (url.find_first_of(" \t\r\n\"<>\\@") != std::string::npos) return false;
  if (url.starts_with("https://")) return url.size() > 8;
  for (const std::string host : {"http://127.0.0.1", "http://localhost", "http://[::1]"})
    if (url == host || url.starts_with(host + ":") || url.starts_with(host + "/")) return true;
  return false;
}

std::string fetch_text(const std::string& url) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), curl_easy_cleanup);
  std::string text;
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &text);
  const CURLcode result = curl_easy_perform(handle.get());
  if (result != CURLE_OK) throw std::runtime_error(url + ": " + curl_easy_strerror(result));
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) throw std::runtime_error(url + " answered with " + std::to_string(status));
  return text;
}

bool KeySets::is_signed_by_issuer(const Jwt& token, const FederationPolicy& policy) {
  const std::string own = text_field(policy.oidc_policy, "jwks_json").value_or("");
  if (!own.empty()) return look(token, parsed_object(own, "jwks_json")) == Outcome::kSigned;
  const std::int64_t now = now_ms_();
  const Outcome outcome = look(token, published_keys(policy, now - kKeptMs));
  if (outcome != Outcome::kNoSuchKey) return outcome == Outcome::kSigned;
  // The issuer may have a new key by now.
  return look(token, published_keys(policy, now - kAskAgainMs)) == Outcome::kSigned;
}

json::object KeySets::published_keys(const FederationPolicy& policy, std::int64_t oldest) {
  std::string keys_at = text_field(policy.oidc_policy, "jwks_uri").value_or("");
  const std::string issuer = policy.issuer();
  const std::string name = issuer + " " + keys_at;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = fetched_.find(name); found != fetched_.end() && found->second.fetched_at > oldest)
      return found->second.keys;
  }
  if (keys_at.empty()) {
    const std::string base = issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer;
    const std::string at = base + "/.well-known/openid-configuration";
    keys_at = text_field(parsed_object(fetch_(at), at), "jwks_uri").value_or("");
    if (!is_safe_to_ask(keys_at)) throw std::runtime_error(at + " names no jwks_uri that may be asked");
  }
  Fetched fetched{parsed_object(fetch_(keys_at), keys_at), now_ms_()};
  const std::lock_guard lock(mutex_);
  return (fetched_[name] = std::move(fetched)).keys;
}

}  // namespace brickwork::local
