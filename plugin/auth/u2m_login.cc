#include "auth/u2m_login.h"

#include <random>

#include "auth/base64.h"
#include "auth/login_secret.h"
#include "auth/oauth_token.h"
#include "auth/oauth_u2m.h"
#include "auth/oidc_endpoints.h"
#include "engine/sha256.h"

namespace brickwork {
namespace {

std::string random_text(std::size_t bytes) {
  std::random_device source;
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(static_cast<unsigned char>(source()));
  return base64_url(text);
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      plain += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

std::string parameter(std::string_view query, std::string_view name) {
  if (const std::size_t question = query.find('?'); question != query.npos) query.remove_prefix(question + 1);
  query = query.substr(0, query.find('#'));
  while (!query.empty()) {
    const std::string_view item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), item.size() + 1));
    const std::size_t equals = item.find('=');
    if (item.substr(0, equals) == name && equals != item.npos) return decoded(item.substr(equals + 1));
  }
  return {};
}

// What makes no sense to send.
Status unusable(const U2mCallback& callback) {
  if (std::string error = parameter(callback.query, "error"); !error.empty()) {
    const std::string text = parameter(callback.query, "error_description");
    return failure(Code::kUnauthenticated, "the login in the browser ended with " + error +
                                               (text.empty() ? "" : ": " + text.substr(0, 1000)) +
                                               "; auth.u2m_url begins another one");
  }
  if (callback.code.empty()) {
    return failure(Code::kInvalidArgument, "the address that the browser came back to holds no code", "/callback");
  }
  if (callback.expected.state.empty() || callback.state != callback.expected.state) {
    return failure(Code::kInvalidArgument,
                   "the state that the browser brought back is not the one of auth.u2m_url: the page belongs to "
                   "another login, or to somebody who wants to slip his own in; begin again with auth.u2m_url",
                   "/state");
  }
  if (callback.expected.code_verifier.size() < 43) {
    return failure(Code::kInvalidArgument, "code_verifier is the one that auth.u2m_url gave with this state",
                   "/code_verifier");
  }
  return Status();
}

}  // namespace

Task<Result<U2mConsent>> begin_u2m(Context& context, const Login& login, std::string redirect_uri) {
  IdentityProvider provider(login.http);
  OidcDiscovery discovery(login, provider);
  Task<Result<OidcEndpoints>> finding = discovery.find(context);
  Result<OidcEndpoints> endpoints = co_await finding;
  if (!endpoints.ok()) co_return endpoints.status();
  if (endpoints.value().authorization.empty()) {
    co_return failure(Code::kFailedPrecondition, "the host names no authorization_endpoint for logins in a browser",
                      "/host");
  }
  const U2mClient client = U2mClient::of(login);
  U2mConsent consent;
  consent.redirect_uri = redirect_uri.empty() ? std::string(kUsualRedirect) : std::move(redirect_uri);
  consent.state = random_text(16);
  consent.code_verifier = random_text(64);
  const Query query = {{"client_id", client.client_id},   {"code_challenge", base64_url(sha256(consent.code_verifier))},
                       {"code_challenge_method", "S256"}, {"redirect_uri", consent.redirect_uri},
                       {"response_type", "code"},         {"scope", client.scope_text()},
                       {"state", consent.state}};
  const std::string& page = endpoints.value().authorization;
  consent.url = page + (page.find('?') == page.npos ? "?" : "&") + form_text(query);
  co_return consent;
}

Task<Result<U2mTokens>> exchange_u2m(Context& context, const Login& login, U2mCallback callback, bool keep) {
  if (callback.code.empty()) callback.code = parameter(callback.query, "code");
  if (callback.state.empty()) callback.state = parameter(callback.query, "state");
  if (Status status = unusable(callback); !status.ok()) co_return status;
  IdentityProvider provider(login.http);
  OidcDiscovery discovery(login, provider);
  Task<Result<OidcEndpoints>> finding = discovery.find(context);
  Result<OidcEndpoints> endpoints = co_await finding;
  if (!endpoints.ok()) co_return endpoints.status();
  const U2mClient client = U2mClient::of(login);
  IdentityRequest request;
  request.provider = "the token endpoint " + endpoints.value().token;
  request.url = endpoints.value().token;
  request.form = {{"grant_type", "authorization_code"},
                  {"client_id", client.client_id},
                  {"redirect_uri", callback.expected.redirect_uri},
                  {"code", callback.code},
                  {"code_verifier", callback.expected.code_verifier}};
  const LoginSecret secret("client_secret", login.settings, login.secrets);
  if (std::string own = secret.at_hand(); !own.empty()) request.form.emplace_back("client_secret", std::move(own));
  request.settings =
      "A code is good once and for a few minutes, with the code_verifier and redirect_uri of its own auth.u2m_url; the "
      "application " +
      client.client_id + " must allow this redirect_uri";
  Task<Result<OauthToken>> asking = ask_for_token(context, provider, std::move(request));
  Result<OauthToken> token = co_await asking;
  const std::int64_t now_ms = context.loop().unix_ms();
  if (!token.ok()) co_return token.status();

  U2mTokens tokens;
  tokens.access_token = token.value().access_token;
  tokens.refresh_token = token.value().refresh_token;
  if (token.value().lifetime) tokens.expires_at_ms = now_ms + token.value().lifetime->count();
  if (keep) {
    CachedToken kept;
    kept.access_token = tokens.access_token;
    kept.token_type = token.value().token_type;
    kept.refresh_token = tokens.refresh_token;
    kept.expires_at_ms = tokens.expires_at_ms;
    const TokenCache cache = u2m_cache(login, login.value("auth_type"));
    if (Status saved = cache.save(kept); !saved.ok()) co_return saved;
    tokens.kept_in = cache.path();
  }
  co_return tokens;
}

}  // namespace brickwork
