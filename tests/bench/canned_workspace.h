#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace brickwork::bench {

// A workspace of canned answers in a process of its own, so that its memory and wake-ups are not counted as ours. It
// keeps the job that was created, and knows runs by number: run 1 has 1 task, run 100 has 100, run 1000 has 1,000, all
// running; a run above kFailedRun has failed, with one task failed of as many as the rest of its number says.
class CannedWorkspace {
 public:
  static constexpr std::int64_t kFailedRun = 1'000'000;
  static constexpr std::int64_t kParkedRuns = 2'000'000;  // from here on all run; one task each, but in the next of ...
  static constexpr std::int64_t kOfOneSize = 100'000;     // ... so many, two in those behind, and so on

  CannedWorkspace();
  ~CannedWorkspace();
  CannedWorkspace(const CannedWorkspace&) = delete;
  CannedWorkspace& operator=(const CannedWorkspace&) = delete;

  std::string url() const;
  std::int64_t requests() const;  // answered so far

 private:
  struct Shared;
  Shared* shared_;
  pid_t server_ = 0;
  int port_ = 0;
};

}  // namespace brickwork::bench
