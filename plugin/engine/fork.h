#pragma once

#include <cstdint>

namespace brickwork {

// How many forks lie between the process that loaded the library and this one. A client remembers the number it was
// made under and answers FORKED under any other: checked before any lock is taken. Also registers the fork handlers,
// so the first call must come before the fork that is to be noticed.
std::uint64_t fork_generation();

// While one exists, a fork waits: the child would inherit locks of curl or OpenSSL that nobody is left to release. Held
// for as long as a thread is inside one of them and not a moment longer; never around a callback of the host, which may
// wait for the very thread that forks. Does not nest.
class NoFork {
 public:
  NoFork();
  ~NoFork();
  NoFork(const NoFork&) = delete;
  NoFork& operator=(const NoFork&) = delete;
};

}  // namespace brickwork
