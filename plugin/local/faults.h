#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "local/router.h"

namespace brickwork::local {

// What goes wrong with one request. Format of the rules: README.md.
struct Fault {
  enum class Kind {
    kStatus,       // answer with `status` instead of asking the handler
    kResetBefore,  // drop the connection; the request has no effect
    kResetAfter,   // the request takes effect, its answer is lost
    kSlow,         // the right answer, `bytes_per_second`
    kDelay,        // the right answer, `delay_ms` late
    kTruncate,     // the right answer, cut off after `bytes` of its body
  };
  Kind kind = Kind::kStatus;
  int status = 503;
  std::optional<std::string> retry_after;  // header text, seconds or an HTTP date
  std::optional<std::string> body;         // instead of the usual error body
  std::string content_type = "application/json";
  std::int64_t bytes_per_second = 1000;
  std::int64_t delay_ms = 0;
  std::int64_t bytes = 0;
};

// Decides which requests fail, and counts all of them, so that a test can say how many requests something cost.
class FaultRules {
 public:
  void replace(const boost::json::object& rules);  // {"rules": [...]}; throws ApiError when they are wrong
  std::optional<Fault> next(const std::string& method, const std::string& path);

  boost::json::object counted() const;  // {"requests": [{"method", "path", "count"}], "total": N}
  void forget_counts();
  boost::json::object fired() const;  // {"rules": [{"matched": N, "fired": N}]}

 private:
  struct Rule {
    std::string method;  // empty: any
    std::string path;    // a trailing * matches any rest
    std::int64_t skip = 0;
    std::int64_t count = 1;  // -1: for ever
    std::int64_t matched = 0;
    std::int64_t fired = 0;
    Fault fault;
  };
  static Rule parse_rule(const boost::json::object& from);

  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::map<std::pair<std::string, std::string>, std::int64_t> counts_;
};

// Only with --faults: PUT/GET /api/brickwork/faults, GET/DELETE /api/brickwork/requests. They are never counted.
void add_faults(Router& router, FaultRules& faults);

}  // namespace brickwork::local
