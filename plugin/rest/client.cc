#include "rest/client.h"

#include <algorithm>
#include <optional>

#include "rest/api_error.h"
#include "rest/retry_after.h"
#include "rest/user_agent.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr std::string_view kBearer = "Bearer ";

// One call as it goes through its attempts.
struct Call {
  RestRequest request;
  std::string operation;  // "POST /api/2.2/jobs/run-now"
  std::string body;       // serialised once
  int attempts = 0;
  int logins = 0;  // that failed
  // Whether the server has it by now: false while it surely has not, empty while nobody knows.
  std::optional<bool> taken = false;
  bool replayed = false;  // once, with fresh credentials
};

bool is_method(std::string_view method) {
  return !method.empty() && method.size() <= 16 &&
         std::all_of(method.begin(), method.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

void replace_all(std::string& text, std::string_view what) {
  if (what.size() < 4) return;  // too short to be a secret, and it would tear words apart
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at))
    text.replace(at, what.size(), "***");
}

// Servers and proxies like to repeat what they were sent, and errors and logs repeat the server. A body that is wanted
// stays as it is: it is the caller's, and hidden it would no longer be what the workspace holds.
void hide_secrets(Outcome& outcome, const Headers& credential) {
  HttpResponse& response = outcome.response;
  const bool wanted = outcome.reached == Reached::kAnswered && response.status >= 200 && response.status < 300;
  for (const auto& [name, value] : credential) {
    std::string_view secret = value;
    if (secret.substr(0, kBearer.size()) == kBearer) secret.remove_prefix(kBearer.size());
    for (auto& header : response.headers) replace_all(header.second, secret);
    if (!wanted) replace_all(response.body, secret);
  }
}

void note_what_is_known(Call& call, const Outcome& outcome) {
  if (outcome.reached == Reached::kNotSent) return;
  const int status = outcome.response.status;
  if (outcome.reached == Reached::kMaybeTaken || status >= 500) {
    if (call.taken == false) call.taken = std::nullopt;
  } else if (status >= 200 && status < 300) {
    call.taken = true;
  }
}

// Adds to an error of any origin what is known about the call.
Status about(const Call& call, Fault fault) {
  fault.operation = call.operation;
  fault.attempts = call.attempts;
  fault.sent = call.taken;
  return Status(std::move(fault));
}

Fault broken(const Outcome& outcome) {
  Fault fault;
  fault.code = Code::kUnavailable;
  fault.message = outcome.failure;
  fault.retryable = !outcome.permanent;
  return fault;
}

}  // namespace

struct RestClient::State {
  Loop& loop;
  Options options;
  std::shared_ptr<Credential> credential;
  Log log;
  RetryPolicy policy;
  std::shared_ptr<RateLimits> limits;
  std::int64_t requests_sent = 0;

  Task<Result<RestResponse>> attempts(Context& context, Call call);
  Task<Status> turn(Context& context, const Call& call);
  HttpRequest http_request(const Call& call, const Headers& credential_headers) const;
  void write_log(const Call& call, const Result<Outcome>& outcome, Instant begun) const;
  Result<RestResponse> read(const Call& call, HttpResponse response) const;
  // The error of an attempt, and whether another one may follow.
  Fault fault_of(const Call& call, const Outcome& outcome) const;
  std::optional<milliseconds> next_wait(Context& context, const Call& call, const Outcome& outcome, Fault& fault);
  std::optional<milliseconds> next_login(Context& context, const Call& call, const Fault& fault);
};

RestClient::RestClient(Loop& loop, Options options, std::shared_ptr<Credential> credential, Log log)
    : state_(new State{.loop = loop,
                       .options = options,
                       .credential = std::move(credential),
                       .log = std::move(log),
                       .policy = RetryPolicy(options.retry),
                       .limits = options.limits
                                     ? options.limits
                                     : std::make_shared<RateLimits>(options.requests_per_second, options.shared)}) {}

RestClient::~RestClient() = default;

const RestClient::Options& RestClient::options() const { return state_->options; }

std::string RestClient::login() const {
  std::string who = state_->credential->fingerprint();
  if (who.empty()) return who;
  const Options& how = state_->options;
  for (const std::string& part : {state_->credential->auth_type(), how.host, how.workspace_id, how.tls.ca_file,
                                  std::to_string(how.tls.verify), how.tls.client_certificate_file})
    who.append("\n").append(part);
  return who;
}

std::int64_t RestClient::requests_sent() const { return state_->requests_sent; }

Task<Result<RestResponse>> RestClient::send(Context& context, RestRequest request) {
  if (!is_method(request.method)) {
    co_return failure(Code::kInvalidArgument, "a method is a word of capital letters, such as GET or POST", "/method");
  }
  if (request.path.empty() || request.path.front() != '/') {
    co_return failure(Code::kInvalidArgument, "a path begins with a slash, such as /api/2.2/jobs/list", "/path");
  }
  Call call;
  call.operation = request.method + " " + request.path.substr(0, request.path.find('?'));
  if (!request.body.is_null()) call.body = json::serialize(request.body);
  request.body = nullptr;  // a group of 1,000 tasks need not be kept twice
  call.request = std::move(request);
  Task<Result<RestResponse>> attempts = state_->attempts(context, std::move(call));
  co_return co_await attempts;
}

Task<Result<RestResponse>> RestClient::State::attempts(Context& context, Call call) {
  while (true) {
    Task<Status> waiting = turn(context, call);
    Status ready = co_await waiting;
    if (!ready.ok()) co_return ready;

    Task<Result<Headers>> proving = credential->headers(context);
    Result<Headers> proof = co_await proving;
    if (!proof.ok()) {
      ++call.logins;
      const std::optional<milliseconds> wait = next_login(context, call, proof.status().fault());
      if (!wait) co_return about(call, proof.status().fault());
      Task<Status> pause = sleep_for(context, *wait);
      const Status slept = co_await pause;
      if (!slept.ok()) co_return about(call, slept.fault());
      continue;
    }

    const Status stopped = context.stopped();
    if (!stopped.ok()) co_return about(call, stopped.fault());
    ++call.attempts;
    ++requests_sent;
    const Instant begun = loop.now();
    Task<Result<Outcome>> asking = exchange(context, http_request(call, proof.value()));
    Result<Outcome> result = co_await asking;
    if (result.ok()) hide_secrets(result.value(), proof.value());
    write_log(call, result, begun);
    if (!result.ok()) {
      if (call.taken == false) call.taken = std::nullopt;
      co_return about(call, result.status().fault());
    }

    Outcome& outcome = result.value();
    note_what_is_known(call, outcome);
    const int http_status = outcome.reached == Reached::kAnswered ? outcome.response.status : 0;
    if (http_status >= 200 && http_status < 300) co_return read(call, std::move(outcome.response));
    Fault fault = fault_of(call, outcome);
    if (is_about_token(http_status, fault.message) && !call.replayed && credential->rejected(proof.value())) {
      call.replayed = true;
      continue;
    }
    const std::optional<milliseconds> wait = next_wait(context, call, outcome, fault);
    if (!wait) co_return about(call, std::move(fault));
    Task<Status> pause = sleep_for(context, *wait);
    const Status slept = co_await pause;
    if (!slept.ok()) co_return about(call, slept.fault());
  }
}

// Waits for the budget. A server that asks for a pause meanwhile is heard by those who wait already.
Task<Status> RestClient::State::turn(Context& context, const Call& call) {
  TokenBucket& bucket = limits->bucket(call.request.method, call.request.path);
  const Lane lane = call.request.lane;
  if (!bucket.has_queue(lane) && bucket.take(loop.now(), lane)) co_return Status();
  TokenBucket::Place place(bucket, lane);
  for (Instant when = place.when(loop.now());; when = bucket.next(loop.now(), lane)) {
    if (when >= context.deadline()) {
      Fault fault;
      fault.code = Code::kDeadlineExceeded;
      fault.message = "the request budget of the workspace has no place left before the operation's time limit";
      fault.retryable = true;
      fault.retry_after = std::chrono::ceil<milliseconds>(when - loop.now());
      co_return about(call, std::move(fault));
    }
    // Another process may have been faster at the very moment.
    Task<Status> pause =
        sleep_for(context, std::max(milliseconds(1), std::chrono::ceil<milliseconds>(when - loop.now())));
    const Status slept = co_await pause;
    if (!slept.ok()) co_return about(call, slept.fault());
    if (bucket.take(loop.now(), lane)) co_return Status();
  }
}

HttpRequest RestClient::State::http_request(const Call& call, const Headers& credential_headers) const {
  HttpRequest http;
  http.method = call.request.method;
  http.url = url_of(options.host, call.request.path, call.request.query);
  http.body = call.body;
  http.tls = options.tls;
  http.proxies = options.proxies;
  http.connect_timeout = options.connect_timeout;
  http.fresh_connection = call.request.repeat == Repeat::kStartsSomething;
  http.sent_once = call.request.repeat == Repeat::kFoundOutAfter;
  http.can_wait = call.request.lane != Lane::kControl;
  http.headers = credential_headers;
  http.headers.emplace_back("User-Agent", user_agent(options.user_agent, credential->auth_type()));
  http.headers.emplace_back("Accept", call.request.wants_bytes ? "application/octet-stream" : "application/json");
  if (!call.request.range.empty()) http.headers.emplace_back("Range", call.request.range);
  if (!call.body.empty()) http.headers.emplace_back("Content-Type", "application/json");
  if (!options.workspace_id.empty()) http.headers.emplace_back("X-Databricks-Workspace-Id", options.workspace_id);
  return http;
}

void RestClient::State::write_log(const Call& call, const Result<Outcome>& result, Instant begun) const {
  if (!log) return;
  const auto took = std::chrono::duration_cast<milliseconds>(loop.now() - begun);
  std::string line = call.operation + " attempt " + std::to_string(call.attempts) + ": ";
  int level = kLogWarning;
  if (!result.ok()) {
    line += result.status()->message;
    if (result.status().code() == Code::kCancelled) level = kLogRequest;
  } else if (result.value().reached != Reached::kAnswered) {
    line += result.value().failure;
  } else {
    const HttpResponse& response = result.value().response;
    line += std::to_string(response.status) + ", " + std::to_string(response.body.size()) + " bytes";
    if (const auto id = response.header("x-request-id")) line += ", request " + std::string(*id);
    if (response.status < 300) level = kLogRequest;
  }
  log(level, line + ", " + std::to_string(took.count()) + " ms");
}

Result<RestResponse> RestClient::State::read(const Call& call, HttpResponse response) const {
  RestResponse read;
  read.http_status = response.status;
  read.request_id = response.header("x-request-id").value_or("");
  read.attempts = call.attempts;
  if (const auto date = response.header("date")) read.date_ms = parse_http_date_ms(*date);
  // The page of a login or a proxy is no file of the workspace.
  const bool is_page = response.header("content-type").value_or("").find("text/html") != std::string_view::npos;
  if (call.request.wants_bytes && !is_page) {
    read.bytes = std::move(response.body);
    return read;
  }
  Result<json::value> body = parse_answer(response.body);
  if (body.ok()) {
    read.body = std::move(body.value());
    return read;
  }
  Fault fault = body.status().fault();
  fault.http_status = response.status;
  fault.request_id = read.request_id;
  const std::string type(response.header("content-type").value_or("without a content type"));
  if (type.find("json") == type.npos) {
    fault.code = Code::kFailedPrecondition;
    fault.message = "the answer is " + type.substr(0, 100) +
                    ", not JSON; is the host the address of a Databricks workspace, and not of a login page or proxy?";
  }
  return about(call, std::move(fault));
}

Fault RestClient::State::fault_of(const Call& call, const Outcome& outcome) const {
  if (outcome.reached != Reached::kAnswered) return broken(outcome);
  return read_api_error(call.request.method, call.request.path, outcome.response, loop.unix_ms());
}

std::optional<milliseconds> RestClient::State::next_wait(Context& context, const Call& call, const Outcome& outcome,
                                                         Fault& fault) {
  Attempt attempt;
  attempt.number = call.attempts;
  attempt.reached = outcome.reached;
  attempt.permanent = outcome.permanent;
  attempt.unknown_host = outcome.unknown_host;
  attempt.http_status = fault.http_status;
  attempt.says_try_again = outcome.reached == Reached::kAnswered && says_try_again(fault.message);
  attempt.retry_after = fault.retry_after;
  fault.retryable = RetryPolicy::transient(attempt);
  if (fault.http_status == 429 && fault.retry_after) {
    const milliseconds pause = std::min(*fault.retry_after, options.retry.longest_wish);
    limits->bucket(call.request.method, call.request.path).pause(loop.now() + pause);
  }
  if (call.request.max_attempts > 0 && call.attempts >= call.request.max_attempts) return std::nullopt;
  return policy.next(attempt, call.request.repeat, loop.uniform(), context.time_left());
}

// A login that could not be had now, because its issuer is down or throttles: nothing was sent to the workspace. Each
// failure is a round of tries already, so that the deadline alone ends them; an operation that has none stays at it
// only when the login has worked before.
std::optional<milliseconds> RestClient::State::next_login(Context& context, const Call& call, const Fault& fault) {
  if (call.request.max_attempts > 0 && call.logins >= call.request.max_attempts) return std::nullopt;
  Attempt attempt;
  const bool patient = context.deadline() != Instant::max() || requests_sent > 0;
  attempt.number = patient ? std::min(call.logins, options.retry.max_attempts - 1) : call.logins;
  attempt.reached = Reached::kNotSent;
  attempt.permanent = !fault.retryable;
  attempt.retry_after = fault.retry_after;
  return policy.next(attempt, call.request.repeat, loop.uniform(), context.time_left());
}

}  // namespace brickwork
