#include "auth/check.h"
#include "auth/oauth_app.h"
#include "auth/session_info.h"
#include "auth/u2m_login.h"
#include "boundary/verbs.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

// A member that is a text when it is there.
Result<std::string> text_in(const json::object& request, const char* name) {
  const json::value* value = request.if_contains(name);
  if (value == nullptr || value->is_null()) return std::string();
  if (value->is_string()) return std::string(value->get_string());
  return failure(Code::kInvalidArgument, "\"" + std::string(name) + "\" must be a text", "/" + std::string(name));
}

bool is_true(const json::object& request, const char* name) {
  const json::value* value = request.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Result<U2mCallback> callback_of(const json::object& request) {
  U2mCallback callback;
  const std::pair<const char*, std::string*> members[] = {{"callback", &callback.query},
                                                          {"code", &callback.code},
                                                          {"returned_state", &callback.state},
                                                          {"state", &callback.expected.state},
                                                          {"code_verifier", &callback.expected.code_verifier},
                                                          {"redirect_uri", &callback.expected.redirect_uri}};
  for (const auto& [name, to] : members) {
    Result<std::string> text = text_in(request, name);
    if (!text.ok()) return text.status();
    *to = std::move(text.value());
  }
  if (callback.expected.redirect_uri.empty()) callback.expected.redirect_uri = kUsualRedirect;
  return callback;
}

}  // namespace

Task<Result<json::object>> check_auth(Context& context, VerbClient& client, json::object request, runs::Progress) {
  Task<Result<json::object>> checking =
      check_login(context, client.rest, client.credential, client.sources, std::move(request));
  co_return co_await checking;
}

Task<Result<json::object>> auth_headers(Context& context, VerbClient& client, json::object request, runs::Progress) {
  Task<Result<Headers>> proving = client.credential.headers(context);
  const Result<Headers> proof = co_await proving;
  if (!proof.ok()) co_return proof.status();
  json::object headers;
  for (const auto& [name, value] : proof.value()) headers[name] = value;
  json::object document;
  document["headers"] = std::move(headers);
  document["auth_type"] = client.credential.auth_type();
  document["host"] = client.rest.options().host;
  document["expires_at_ms"] = expiry_of(client.credential, context.loop());
  if (is_true(request, "refresh_token")) {
    const std::string token = client.credential.refresh_token();
    document["refresh_token"] = token.empty() ? json::value(nullptr) : json::value(token);
  }
  co_return document;
}

Task<Result<json::object>> auth_session_info(Context& context, VerbClient& client, json::object request,
                                             runs::Progress) {
  Task<Result<json::object>> asking =
      session_info(context, client.rest, client.credential, client.login, std::move(request));
  co_return co_await asking;
}

Task<Result<json::object>> auth_u2m_url(Context& context, VerbClient& client, json::object request, runs::Progress) {
  Result<std::string> redirect = text_in(request, "redirect_uri");
  if (!redirect.ok()) co_return redirect.status();
  Task<Result<U2mConsent>> beginning = begin_u2m(context, client.login, std::move(redirect.value()));
  const Result<U2mConsent> consent = co_await beginning;
  if (!consent.ok()) co_return consent.status();
  json::object document;
  document["url"] = consent.value().url;
  document["state"] = consent.value().state;
  document["code_verifier"] = consent.value().code_verifier;
  document["redirect_uri"] = consent.value().redirect_uri;
  co_return document;
}

Task<Result<json::object>> auth_u2m_exchange(Context& context, VerbClient& client, json::object request,
                                             runs::Progress) {
  Result<U2mCallback> callback = callback_of(request);
  if (!callback.ok()) co_return callback.status();
  const bool keep = is_true(request, "keep");
  Task<Result<U2mTokens>> exchanging = exchange_u2m(context, client.login, std::move(callback.value()), keep);
  Result<U2mTokens> tokens = co_await exchanging;
  if (!tokens.ok()) co_return tokens.status();
  json::object document;
  document["expires_at_ms"] =
      tokens.value().expires_at_ms == 0 ? json::value(nullptr) : json::value(tokens.value().expires_at_ms);
  document["kept_in"] = tokens.value().kept_in.empty() ? json::value(nullptr) : json::value(tokens.value().kept_in);
  // Operations of this client that wait for their user go on with it. What is kept in the file is found there.
  const std::string& refresh = tokens.value().refresh_token;
  if (!refresh.empty() && !keep) {
    client.login.secrets->set("refresh_token", refresh, 0);
    client.login.secrets->announce();
    document["refresh_token"] = refresh;
  }
  if (refresh.empty() && !keep) document["access_token"] = tokens.value().access_token;
  wipe(tokens.value().access_token);
  wipe(tokens.value().refresh_token);
  co_return document;
}

Task<Result<json::object>> auth_create_app(Context& context, VerbClient& client, json::object request, runs::Progress) {
  Task<Result<json::object>> creating = create_oauth_app(context, client.rest, client.login, std::move(request));
  co_return co_await creating;
}

}  // namespace brickwork::boundary
