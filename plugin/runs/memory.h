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
  std::shared_ptr<const boost::json::object> run;  // of the latest, while there is somebody to share it with
  Signal done;
};

// What the operations of one client share and may lose at any time: every entry only saves a request.
struct Memory {
  Recent<std::string, KnownJob> jobs{1'000};                                  // by job name
  Recent<std::string, std::int64_t> runs{10'000};                             // run id by idempotency token
  Recent<std::int64_t, std::string> error_heads{1'000};                       // by task run id
  std::map<std::int64_t, std::weak_ptr<Sweep>> sweeps;                        // by run id, while somebody watches
  Recent<std::int64_t, std::shared_ptr<const boost::json::object>> ended{4};  // runs as last seen, by run id
  std::uint64_t launches = 0;
};

}  // namespace brickwork::runs
