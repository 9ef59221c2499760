#include "engine/host_queue.h"

#include <algorithm>

namespace brickwork {

bool HostQueue::has_room(const Lane& lane, bool can_wait) const {
  return lane.under_way < limit_ && (!can_wait || lane.can_wait < limit_ - kept_free_);
}

bool HostQueue::enter(std::string_view host, Loop::Id id, bool can_wait) {
  auto found = lanes_.find(host);
  if (found == lanes_.end()) found = lanes_.emplace(host, Lane()).first;
  Lane& lane = found->second;
  if (has_room(lane, can_wait)) {
    ++lane.under_way;
    if (can_wait) ++lane.can_wait;
    return true;
  }
  (can_wait ? lane.waiting_longer : lane.waiting).push_back(id);
  return false;
}

void HostQueue::leave(std::string_view host, Loop::Id id, bool can_wait) {
  const auto found = lanes_.find(host);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  std::deque<Loop::Id>& waiting = can_wait ? lane.waiting_longer : lane.waiting;
  const auto waits = std::find(waiting.begin(), waiting.end(), id);
  if (waits != waiting.end()) {
    waiting.erase(waits);
  } else {
    --lane.under_way;
    if (can_wait) --lane.can_wait;
  }
  if (lane.under_way == 0 && lane.waiting.empty() && lane.waiting_longer.empty()) lanes_.erase(found);
}

std::optional<Loop::Id> HostQueue::next(std::string_view host) {
  const auto found = lanes_.find(host);
  if (found == lanes_.end()) return std::nullopt;
  Lane& lane = found->second;
  const bool can_wait = lane.waiting.empty();
  std::deque<Loop::Id>& waiting = can_wait ? lane.waiting_longer : lane.waiting;
  if (waiting.empty() || !has_room(lane, can_wait)) return std::nullopt;
  const Loop::Id id = waiting.front();
  waiting.pop_front();
  ++lane.under_way;
  if (can_wait) ++lane.can_wait;
  return id;
}

}  // namespace brickwork
