#pragma once

#include "runs/state/handle.h"

namespace brickwork::runs {

// Which outputs of a run a request means.
struct OutputWish {
  enum class Attempts : std::uint8_t { kLatest, kAll, kNamed };

  std::vector<std::string> paths;  // of tasks and groups; empty: all
  Attempts attempts = Attempts::kLatest;
  std::vector<std::int64_t> run_ids;  // of task runs, with kNamed
  bool only_failed = false;           // what failed or timed out by itself
  bool children = false;              // also what run-job and for-each tasks started
};
Result<OutputWish> output_wish(const Object& request);

// One entry of the answer, and how it is read.
struct OutputEntry {
  Object entry;              // as far as the run itself knows it
  std::int64_t run_id = 0;   // of the task run
  std::string_view verdict;  // static text
  bool readable = false;     // only what ran has something to read
  bool for_each = false;
};

// In the order of the handle, the attempts of a task oldest first. Fails when an attempt is named that the run does not
// have.
Result<std::vector<OutputEntry>> output_entries(const Handle& handle, const Object& run, const OutputWish& wish);

// The same for runs without a handle: the tasks of a run-job's run, the iterations of a for-each task.
std::vector<OutputEntry> child_entries(const Object& run, bool only_failed);

// What runs/get-output said, in the words of the answer.
void set_output(Object& entry, const Object& output);

// The positions of those that are to be read, what failed by itself first: when time or the budget runs out, that is
// what somebody waits for.
std::vector<std::size_t> reading_order(const std::vector<OutputEntry>& entries);

}  // namespace brickwork::runs
