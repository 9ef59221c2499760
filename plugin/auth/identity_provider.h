#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/context.h"
#include "rest/retry_policy.h"
#include "rest/url.h"

namespace brickwork {

// One request to whoever issues tokens: Databricks' own OIDC endpoints, Entra ID, Google, a metadata service, a CI.
struct IdentityRequest {
  std::string provider;  // begins every error: "the token endpoint of https://h"
  std::string method = "POST";
  std::string url;
  Headers headers;
  Query form;        // sent as application/x-www-form-urlencoded when not empty
  std::string json;  // or this, as it is
  // Must not be seen in an error, whatever the provider repeats. Those of `form` and of Authorization need no mention.
  std::vector<std::string> secrets;
  // Ends the error of a refusal: which settings took part, from where, and the way out.
  std::string settings;
  bool link_local_http = false;  // http:// to a metadata service's address is how it is meant
  bool wants_redirect = false;   // a 3xx is the answer that is wanted
  int max_attempts = 0;          // 0: the connection's
  milliseconds timeout{30'000};  // of one attempt
};

struct IdentityAnswer {
  int http_status = 0;
  Headers headers;                      // names in lower case
  boost::json::object body;             // holds tokens: `wipe` it
  std::optional<std::int64_t> date_ms;  // the provider's clock as it answered, in whole seconds; when it said so
};

// Sends requests to identity providers: https only, TLS, time limits and retries of the connection, and errors that
// carry the provider's own words but no secret. Redirects are never followed. The loop's thread only.
class IdentityProvider {
 public:
  struct Options {
    Tls tls;
    Proxies proxies;
    milliseconds connect_timeout{10'000};
    std::string user_agent;
    RetryPolicy::Limits retry;
    bool allow_http = false;  // to other machines, too
  };

  explicit IdentityProvider(Options options) : options_(std::move(options)), policy_(options_.retry) {}

  static constexpr milliseconds kLongest{60'000};  // all attempts of one request, as the SDKs have it

  // UNAVAILABLE and `retryable` when its tries are used up; UNAUTHENTICATED when the provider said no;
  // FAILED_PRECONDITION when what answers is no identity provider.
  Task<Result<IdentityAnswer>> ask(Context& context, IdentityRequest request);

  // Why the request under way has not been answered yet.
  const Status& trouble() const { return trouble_; }

 private:
  HttpRequest http_request(const IdentityRequest& request) const;

  const Options options_;
  RetryPolicy policy_;
  Status trouble_;
};

// "a=b&c=d", encoded.
std::string form_text(const Query& form);

// https, or http to this machine itself.
bool is_private(std::string_view url);

}  // namespace brickwork
