#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace brickwork::runs {

// A piece of work and what had to be done before it, by position. Positions that are out of range are ignored.
struct Step {
  std::int64_t ms = 0;
  std::vector<std::size_t> after = {};
};

struct CriticalPath {
  std::vector<std::size_t> steps;  // the longest chain of work, first to last; only steps that took time
  std::int64_t ms = 0;  // how long it is: nothing makes the whole shorter than this but shortening a step of it
  std::vector<std::int64_t> slack_ms;  // by step: how much longer it could have taken without making the whole longer
};

// Of equally long chains the one whose steps come first. A cycle, which no job has, counts as if its steps stood alone.
CriticalPath critical_path(const std::vector<Step>& steps);

}  // namespace brickwork::runs
