#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/loop.h"

namespace brickwork {

// How many transfers to one host are under way at a time. A thousand watches that wake together would otherwise open a
// thousand connections; inside curl's own queue the connect timeout would already run. Those that can wait leave room
// for the others, which go first.
class HostQueue {
 public:
  explicit HostQueue(std::size_t limit, std::size_t kept_free = 0) : limit_(limit), kept_free_(kept_free) {}

  // True: go. False: wait until `next` names this id.
  bool enter(std::string_view host, Loop::Id id, bool can_wait = false);
  // This one is over, whether it was under way or waited.
  void leave(std::string_view host, Loop::Id id, bool can_wait = false);
  // Whose turn it is now; it counts as under way from here on.
  std::optional<Loop::Id> next(std::string_view host);

 private:
  struct Lane {
    std::size_t under_way = 0;
    std::size_t can_wait = 0;  // of these
    std::deque<Loop::Id> waiting;
    std::deque<Loop::Id> waiting_longer;  // those that can
  };
  bool has_room(const Lane& lane, bool can_wait) const;

  std::size_t limit_;
  std::size_t kept_free_;
  std::map<std::string, Lane, std::less<>> lanes_;
};

}  // namespace brickwork
