#include "engine/host_queue.h"

#include <algorithm>

namespace brickwork {

bool HostQueue::enter(std::string_view host, Loop::Id id) {
  auto found = lanes_.find(host);
  if (found == lanes_.end()) found = lanes_.emplace(host, Lane()).first;
  Lane& lane = found->second;
  if (lane.under_way < limit_) {
    ++lane.under_way;
    return true;
  }
  lane.waiting.push_back(id);
  return false;
}

void HostQueue::leave(std::string_view host, Loop::Id id) {
  const auto found = lanes_.find(host);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  const auto waits = std::find(lane.waiting.begin(), lane.waiting.end(), id);
  if (waits != lane.waiting.end()) {
    lane.waiting.erase(waits);
  } else {
    --lane.under_way;
  }
  if (lane.under_way == 0 && lane.waiting.empty()) lanes_.erase(found);
}

std::optional<Loop::Id> HostQueue::next(std::string_view host) {
  const auto found = lanes_.find(host);
  if (found == lanes_.end()) return std::nullopt;
  Lane& lane = found->second;
  if (lane.waiting.empty() || lane.under_way >= limit_) return std::nullopt;
  const Loop::Id id = lane.waiting.front();
  lane.waiting.pop_front();
  ++lane.under_way;
  return id;
}

}  // namespace brickwork
