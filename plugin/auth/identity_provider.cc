#include "auth/identity_provider.h"

#include <algorithm>

#include "auth/identity_error.h"
#include "auth/wipe.h"
#include "rest/api_error.h"
#include "rest/retry_after.h"

namespace brickwork {
namespace {

constexpr std::size_t kLargestAnswer = 1u << 20;

// The name between "://" and the port or path.
std::string_view host_of(std::string_view url) {
  url.remove_prefix(std::min(url.size(), url.find("://") + 3));
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  if (!url.empty() && url.front() == '[') return url.substr(0, url.find(']') + 1);
  return url.substr(0, url.find(':'));
}

// A name that only begins like an address, 127.0.0.1.example.org, is not this machine.
bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]") return true;
  return host.substr(0, 4) == "127." && host.find_first_not_of("0123456789.") == host.npos;
}

void forget(IdentityRequest& request) {
  for (auto& [name, value] : request.form) wipe(value);
  for (auto& [name, value] : request.headers) wipe(value);
  for (std::string& secret : request.secrets) wipe(secret);
  wipe(request.json);
}

// For those whose time ends while a provider is slow.
Status no_answer_yet(const IdentityRequest& request) {
  Fault fault;
  fault.code = Code::kUnavailable;
  fault.message = request.provider + " did not answer in time";
  if (!request.settings.empty()) fault.message += ". " + request.settings;
  fault.retryable = true;
  return Status(std::move(fault));
}

}  // namespace

std::string form_text(const Query& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    if (!text.empty()) text += '&';
    text += percent_encode(name) + "=" + percent_encode(value);
  }
  return text;
}

bool is_private(std::string_view url) {
  if (url.substr(0, 8) == "https://") return true;
  return url.substr(0, 7) == "http://" && is_loopback(host_of(url));
}

HttpRequest IdentityProvider::http_request(const IdentityRequest& request) const {
  HttpRequest http;
  http.method = request.method;
  http.url = request.url;
  http.headers = request.headers;
  http.headers.emplace_back("Accept", "application/json");
  if (!options_.user_agent.empty()) http.headers.emplace_back("User-Agent", options_.user_agent);
  if (!request.form.empty()) {
    http.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    http.body = form_text(request.form);
  } else if (!request.json.empty()) {
    http.headers.emplace_back("Content-Type", "application/json");
    http.body = request.json;
  }
  http.tls = options_.tls;
  http.proxies = options_.proxies;
  http.connect_timeout = std::min(options_.connect_timeout, request.timeout);
  http.timeout = request.timeout;
  http.max_response_bytes = kLargestAnswer;
  return http;
}

Task<Result<IdentityAnswer>> IdentityProvider::ask(Context& context, IdentityRequest request) {
  if (!is_private(request.url) && !request.link_local_http && !options_.allow_http) {
    co_return failure(Code::kInvalidArgument,
                      request.provider +
                          " has an address without https, which would show the secret to every machine in between; "
                          "\"tls\": {\"allow_http\": true} allows it. " +
                          request.settings);
  }
  Loop& loop = context.loop();
  const Instant until = std::min(context.deadline(), loop.now() + kLongest);
  trouble_ = no_answer_yet(request);
  Attempt attempt;
  while (true) {
    Task<Result<Outcome>> asking = exchange(context, http_request(request));
    Result<Outcome> outcome = co_await asking;
    if (!outcome.ok()) {
      forget(request);
      co_return outcome.status();
    }
    Result<IdentityAnswer> answer = read_identity_answer(request, outcome.value(), loop.unix_ms());
    wipe(outcome.value().response.body);
    if (answer.ok()) {
      trouble_ = Status();
      forget(request);
      co_return answer;
    }
    trouble_ = answer.status();
    attempt.reached = outcome.value().reached;
    attempt.permanent = !trouble_->retryable;
    attempt.unknown_host = outcome.value().unknown_host;
    attempt.says_try_again = trouble_->retryable;
    attempt.http_status = outcome.value().response.status;
    attempt.retry_after = trouble_->retry_after;
    const auto left = std::chrono::duration_cast<milliseconds>(until - loop.now());
    const bool enough = request.max_attempts > 0 && attempt.number >= request.max_attempts;
    const std::optional<milliseconds> wait =
        enough ? std::nullopt : policy_.next(attempt, Repeat::kSafe, loop.uniform(), left);
    if (!wait) {
      Fault fault = trouble_.fault();
      fault.attempts = attempt.number;
      forget(request);
      co_return Status(std::move(fault));
    }
    ++attempt.number;
    Task<Status> pause = sleep_for(context, *wait);
    const Status slept = co_await pause;
    if (!slept.ok()) co_return trouble_;
  }
}

}  // namespace brickwork
