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
// thousand connections; inside curl's own queue the connect timeout would already run.
class HostQueue {
 public:
  explicit HostQueue(std::size_t limit) : limit_(limit) {}

  // True: go. False: wait until `next` names this id.
  bool enter(std::string_view host, Loop::Id id);
  // This one is over, whether it was under way or waited.
  void leave(std::string_view host, Loop::Id id);
  // Whose turn it is now; it counts as under way from here on.
  std::optional<Loop::Id> next(std::string_view host);

 private:
  struct Lane {
    std::size_t under_way = 0;
    std::deque<Loop::Id> waiting;
  };

  std::size_t limit_;
  std::map<std::string, Lane, std::less<>> lanes_;
};

}  // namespace brickwork
