#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "engine/context.h"
#include "engine/status.h"

namespace brickwork::runs {

// A map that forgets its oldest entries, for what may be asked again at the price of a request.
template <class Key, class Value>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  const Value* find(const Key& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? nullptr : &found->second;
  }
  void put(const Key& key, Value value) {
    if (!values_.contains(key)) order_.push_back(key);
    values_.insert_or_assign(key, std::move(value));
    if (order_.size() <= most_) return;
    values_.erase(order_.front());
    order_.pop_front();
  }
  void forget(const Key& key) {
    if (values_.erase(key) > 0) std::erase(order_, key);
  }

 private:
  std::size_t most_;
  std::deque<Key> order_;
  std::unordered_map<Key, Value> values_;
};

// A saved job as this process last saw it.
struct KnownJob {
  std::int64_t job_id = 0;
  std::string digest;  // value of its tag brickwork_digest
  Instant seen{};
};

// The looks at one run that several watches share: one of them asks, all get the answer.
struct Sweep {
  int watchers = 0;
  bool under_way = false;
  std::uint64_t number = 0;                        // counts outcomes, so that a watch knows which it has seen
  Instant answered{};                              // when the latest outcome came
  Status failure;                                  // of the latest look
  std::shared_ptr<const boost::json::object> run;  // of the latest that found it, until its watchers have seen it
  std::uint64_t run_number = 0;                    // of that outcome
  Signal done;

  // For the sweeps of a crowd.
  std::int64_t run_id = 0;
  milliseconds interval = milliseconds::max();  // the shortest that one of the watchers asks for
  std::int64_t reported_end_ms = 0;             // the end that the watchers were told of
  bool needs_history = false;                   // a watcher waits for a repair, which no list shows
};

// The watches of many runs: one of the operations that wait looks for all of them. See crowd.h.
struct Crowd {
  enum class Plan : std::uint8_t { kCompleted, kActive };
  static constexpr std::int64_t kNone = -1;

  bool swept = false;      // somebody does it
  bool gathering = false;  // somebody lists the active runs for those that have no state yet
  std::uint64_t gathered = 0;
  int fresh = 0;  // watches without a first state
  Plan plan = Plan::kCompleted;
  std::string reason;                 // why the plan is not the first one
  Instant refused_until{};            // no lists before: every run is looked at by itself
  Instant due{};                      // the next sweep
  int failures = 0;                   // sweeps that failed in a row
  std::int64_t watermark_ms = kNone;  // the latest end of a run that a sweep has seen, by the server's clock
  std::int64_t looked_at = 0;         // the run that was looked at last for its own sake
};

// What the operations of one client share and may lose at any time: every entry only saves a request.
struct Memory {
  Recent<std::string, KnownJob> jobs{1'000};                                  // by job name
  Recent<std::string, std::int64_t> runs{10'000};                             // run id by idempotency token
  Recent<std::int64_t, std::string> error_heads{1'000};                       // by task run id
  std::map<std::int64_t, std::weak_ptr<Sweep>> sweeps;                        // by run id, while somebody watches
  Recent<std::int64_t, std::shared_ptr<const boost::json::object>> ended{4};  // runs as last seen, by run id
  Crowd crowd;
  std::uint64_t launches = 0;
};

}  // namespace brickwork::runs
