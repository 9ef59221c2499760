#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <unordered_map>
#include <utility>

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

}  // namespace brickwork::runs
