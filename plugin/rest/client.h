#pragma once

#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/context.h"
#include "rest/credential.h"
#include "rest/rate_limits.h"
#include "rest/retry_policy.h"
#include "rest/url.h"

namespace brickwork {

struct RestRequest {
  std::string method = "GET";
  std::string path;         // "/api/2.2/jobs/runs/get"
  Query query;              // values are percent-encoded when sent
  boost::json::value body;  // null: none
  Repeat repeat = Repeat::kSafe;
  Lane lane = Lane::kControl;
  int max_attempts = 0;      // 0: the client's; 1 for a poll, whose next turn is its retry
  std::string range;         // "bytes=0-99": a part of a file
  bool wants_bytes = false;  // the answer is a file, not JSON
};

struct RestResponse {
  int http_status = 0;
  boost::json::value body;  // null when the answer had none
  std::string bytes;        // instead, for who wants these
  std::string request_id;
  int attempts = 1;
  std::optional<std::int64_t> date_ms;  // the server's clock as it answered, in whole seconds; when it said so
};

// One request done well, to one workspace as one user: credential, rate budget, retries within the operation's
// deadline, and errors that say what to do. Everything that talks to Databricks goes through here. The loop's thread
// only.
class RestClient {
 public:
  struct Options {
    std::string host;          // "https://adb-1.2.azuredatabricks.net", no slash at the end
    std::string user_agent;    // what the host scheduler calls itself, put before ours
    std::string workspace_id;  // sent as X-Databricks-Workspace-Id when not empty
    Tls tls;
    Proxies proxies;
    milliseconds connect_timeout{10'000};
    double requests_per_second = 0;        // 0: the documented limit of each endpoint
    std::shared_ptr<SharedLevels> shared;  // the budget is one with that of other processes; null: this one's own
    std::shared_ptr<RateLimits> limits;    // what the clients of one workspace share; null: a budget of its own
    RetryPolicy::Limits retry;
  };
  // One line for each attempt, without headers, query or bodies. Called on the loop's thread.
  using Log = std::function<void(int level, std::string line)>;
  static constexpr int kLogWarning = 2;  // an attempt that failed
  static constexpr int kLogRequest = 4;  // one that was answered, or that its host cancelled

  RestClient(Loop& loop, Options options, std::shared_ptr<Credential> credential, Log log);
  ~RestClient();

  Task<Result<RestResponse>> send(Context& context, RestRequest request);

  const Options& options() const;
  // Which workspace, as whom, by what kind of connection: clients of which this is the same see the same. No secret can
  // be got from it. Empty while the login is not known.
  std::string login() const;
  std::int64_t requests_sent() const;  // for benchmarks and tests: attempts, not calls

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace brickwork
