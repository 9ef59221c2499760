#include "auth/identity_error.h"

#include <algorithm>
#include <array>

#include "auth/base64.h"
#include "auth/wipe.h"
#include "rest/api_error.h"
#include "rest/members.h"
#include "rest/retry_after.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestText = 1000;
constexpr std::size_t kShortestSecret = 4;  // a shorter one would tear words apart

// Form members that say nothing about anybody; all others may.
constexpr std::array<std::string_view, 9> kPublicMembers = {
    "grant_type",         "scope",    "resource",     "client_id",  "client_assertion_type",
    "subject_token_type", "audience", "redirect_uri", "api-version"};

bool is_public(std::string_view name) {
  return std::find(kPublicMembers.begin(), kPublicMembers.end(), name) != kPublicMembers.end();
}

void hide(std::string& text, std::string_view secret) {
  if (secret.size() < kShortestSecret) return;
  for (std::size_t at = text.find(secret); at != text.npos; at = text.find(secret, at))
    text.replace(at, secret.size(), "***");
}

// Providers repeat what they were sent, plain or encoded.
std::string without_secrets(std::string text, const IdentityRequest& request) {
  const auto hide_both = [&text](std::string_view secret) {
    hide(text, secret);
    std::string encoded = percent_encode(secret);
    hide(text, encoded);
    wipe(encoded);
  };
  for (const std::string& secret : request.secrets) hide_both(secret);
  for (const auto& [name, value] : request.form)
    if (!is_public(name)) hide_both(value);
  for (const auto& [name, value] : request.headers) {
    hide_both(value);
    if (const std::size_t blank = value.find(' '); blank != value.npos)
      hide_both(std::string_view(value).substr(blank + 1));
  }
  std::string clean(text);
  text.resize(text.capacity());  // what was hidden has moved what came after it, and may stand behind the end
  wipe(text);
  return clean;
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  text.erase(std::unique(text.begin(), text.end(), [](char a, char b) { return a == ' ' && b == ' '; }), text.end());
  if (text.size() > kLongestText) text = text.substr(0, kLongestText) + " ...";
  for (char& c : text)
    if (static_cast<unsigned char>(c) > 0x7e) c = '?';  // errors are shown as JSON, and this text is foreign
  return text;
}

// OAuth 2 says error and error_description, Databricks' older endpoints error_code and message, Okta's errorCode and
// errorSummary, Google's {error: {status, message}}.
struct Words {
  std::string code;
  std::string text;

  Words() = default;
  Words(Words&&) = default;
  ~Words() {  // providers repeat what they were sent
    wipe(code);
    wipe(text);
  }
};

Words words_of(const json::object& members) {
  Words words;
  for (const char* name : {"error", "error_code", "errorCode"})
    if (words.code.empty()) words.code = text_at(members, name);
  for (const char* name : {"error_description", "message", "errorSummary"})
    if (words.text.empty()) words.text = text_at(members, name);
  if (const json::value* error = members.if_contains("error"); error && error->is_object()) {
    words.code = text_at(error->get_object(), "status");
    words.text = text_at(error->get_object(), "message");
  }
  return words;
}

bool is_page(const HttpResponse& response) {
  if (response.header("content-type").value_or("").find("html") != std::string_view::npos) return true;
  const std::size_t first = response.body.find_first_not_of(" \t\r\n");
  return first != std::string::npos && response.body[first] == '<';
}

Fault about(const HttpResponse& response) {
  Fault fault;
  fault.http_status = response.status;
  fault.request_id = response.header("x-request-id").value_or("");
  return fault;
}

std::string ending(const IdentityRequest& request) { return request.settings.empty() ? "" : ". " + request.settings; }

Status no_provider(const IdentityRequest& request, const HttpResponse& response, const std::string& what) {
  Fault fault = about(response);
  fault.code = Code::kFailedPrecondition;
  fault.message = request.provider + " answered HTTP " + std::to_string(response.status) + " with " + what +
                  " in place of JSON; is the address right, and no proxy's or login's page in between?" +
                  ending(request);
  return Status(std::move(fault));
}

Status broken(const IdentityRequest& request, const Outcome& outcome) {
  Fault fault;
  fault.code = Code::kUnavailable;
  fault.message = request.provider + " was not reached: " + without_secrets(outcome.failure, request) + ending(request);
  fault.retryable = !outcome.permanent;
  return Status(std::move(fault));
}

bool is_transient(int status) { return status == 408 || status == 429 || (status >= 500 && status != 501); }

Status refusal(const IdentityRequest& request, const HttpResponse& response, std::int64_t unix_ms) {
  Fault fault = about(response);
  fault.retryable = is_transient(response.status);
  Result<json::value> parsed = parse_answer(response.body);
  json::object* members = parsed.ok() ? parsed.value().if_object() : nullptr;
  if (members == nullptr && !fault.retryable && is_page(response)) return no_provider(request, response, "a page");

  fault.code = Code::kUnauthenticated;
  if (response.status == 404 || response.status == 405) fault.code = Code::kFailedPrecondition;
  if (fault.retryable) fault.code = Code::kUnavailable;
  fault.message = request.provider + " answered HTTP " + std::to_string(response.status);
  if (members != nullptr) {
    const Words words = words_of(*members);
    // RFC 6749 has these two as errors of the moment, whatever the status.
    if (words.code == "temporarily_unavailable" || words.code == "server_error") {
      fault.code = Code::kUnavailable;
      fault.retryable = true;
    }
    fault.error_code = one_line(without_secrets(words.code, request));
    for (const std::string& word : {fault.error_code, one_line(without_secrets(words.text, request))})
      if (!word.empty()) fault.message += ": " + word;
    wipe(*members);
  }
  fault.message += ending(request);
  if (const auto wish = response.header("retry-after")) fault.retry_after = parse_retry_after(*wish, unix_ms);
  return Status(std::move(fault));
}

Status garbage(const IdentityRequest& request, const HttpResponse& response) {
  Fault fault = about(response);
  fault.code = Code::kUnavailable;
  fault.retryable = true;
  fault.message = request.provider + " answered with something that is no JSON object" + ending(request);
  return Status(std::move(fault));
}

}  // namespace

Result<IdentityAnswer> read_identity_answer(const IdentityRequest& request, const Outcome& outcome,
                                            std::int64_t unix_ms) {
  if (outcome.reached != Reached::kAnswered) return broken(request, outcome);
  const HttpResponse& response = outcome.response;
  IdentityAnswer answer;
  answer.http_status = response.status;
  answer.headers = response.headers;
  if (const auto date = response.header("date")) answer.date_ms = parse_http_date_ms(*date);
  if (response.status >= 300 && response.status < 400) {
    if (request.wants_redirect) return answer;
    return no_provider(request, response, "a redirect");
  }
  if (response.status < 200 || response.status >= 300) return refusal(request, response, unix_ms);
  Result<json::value> body = parse_answer(response.body);
  if (body.ok() && body.value().is_object()) {
    answer.body = std::move(body.value().get_object());
    return answer;
  }
  if (is_page(response)) return no_provider(request, response, "a page");
  return garbage(request, response);
}

}  // namespace brickwork
