#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// The rates that a real workspace grants to each class of endpoints, for the workspace as a whole: with
// --limits databricks a client that is too fast meets here what it would meet there.
class RequestLimits {
 public:
  using Now = std::function<std::int64_t()>;  // milliseconds
  explicit RequestLimits(Now now = now_ms);

  // The 429 of a request that comes too soon; its class gains no tokens by being asked.
  std::optional<Response> refusal(const Request& request);

 private:
  struct Bucket {
    std::string_view name;
    double per_second;
    double tokens;  // a second's worth at most, which is how much may come at once
    std::int64_t filled_at;
  };
  Bucket* bucket_of(const Request& request);

  Now now_;
  std::mutex mutex_;
  std::vector<Bucket> buckets_;
};

}  // namespace brickwork::local
