#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// What goes wrong with one request or one task. Format of the rules: README.md.
struct Fault {
  enum class Kind {
    kStatus,          // answer with `status` instead of asking the handler
    kResetBefore,     // drop the connection; the request has no effect
    kResetAfter,      // the request takes effect, its answer is lost
    kSlow,            // the right answer, `bytes_per_second`
    kDelay,           // the right answer, `delay_ms` late
    kTruncate,        // the right answer, cut off after `bytes` of its body
    kStall,           // the request takes effect, its answer never begins
    kClusterLost,     // tasks: their cluster is gone, `delay_ms` after the task's own code began
    kClusterRefused,  // tasks: the cluster does not start, for `message`
    kLibraryFailure,  // tasks: a library cannot be installed, for `message`
  };
  Kind kind = Kind::kStatus;
  std::string name;  // of the kind, as the rule wrote it
  int status = 503;
  std::optional<std::string> retry_after;  // header text, seconds or an HTTP date
  std::optional<std::string> body;         // instead of the usual error body
  std::string content_type = "application/json";
  std::string error_code;  // empty: the usual one of the status
  std::string message;
  std::int64_t bytes_per_second = 1000;
  std::int64_t delay_ms = 0;
  std::int64_t bytes = 0;

  bool is_of_task() const { return kind >= Kind::kClusterLost; }
};

// Decides which requests and tasks fail, keeps a record of it, and counts all requests, so that a test can say how many
// something cost.
class FaultRules {
 public:
  using Now = std::function<std::int64_t()>;  // milliseconds
  explicit FaultRules(Now now = now_ms) : now_(std::move(now)) {}

  void replace(const boost::json::object& rules);  // {"rules": [...]}; throws ApiError when they are wrong
  void add(const boost::json::object& rules);      // behind those that there are

  // Throws ApiError when the request asks for a fault by its header, and in a form that is none.
  std::optional<Fault> next(const Request& request);
  std::optional<Fault> next_of_task(const std::string& task_key);

  boost::json::object counted() const;  // {"requests": [{"method", "path", "count"}], "total": N}
  void forget_counts();
  boost::json::object fired() const;  // {"rules": [{"matched": N, "fired": N}], "record": [...]}

 private:
  struct Rule {
    std::string method;  // empty: any
    std::string path;    // a trailing * matches any rest
    std::string token;   // empty: any; else only requests of this token
    std::string task;    // of a task's fault: a task key, a trailing * matches any rest
    std::int64_t skip = 0;
    std::int64_t count = 1;       // -1: for ever
    std::int64_t not_before = 0;  // a time
    std::int64_t matched = 0;
    std::int64_t fired = 0;
    Fault fault;
  };
  Rule parse_rule(const boost::json::object& from) const;
  std::vector<Rule> parse_rules(const boost::json::object& rules) const;
  static bool fires(Rule& rule);
  void keep_record(boost::json::object entry);

  Now now_;
  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::deque<boost::json::object> record_;  // the newest; nobody reads more than a test's worth
  std::map<std::pair<std::string, std::string>, std::int64_t> counts_;
};

// Only with --faults: PUT, POST (adds; also at /local/faults) and GET /api/brickwork/faults, GET and DELETE
// /api/brickwork/requests. They are never counted and never disturbed.
void add_faults(Router& router, FaultRules& faults);

}  // namespace brickwork::local
