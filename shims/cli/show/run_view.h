#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "documents.h"

namespace brickwork::cli {

// state/1 as it is shown. What an older or newer library left out is empty or 0.
struct TaskView {
  std::string path;
  std::string run_id;
  std::string verdict;
  std::string error;  // first line: the error, else the state message
  std::string url;
  std::int64_t attempt_number = 0;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  bool repairing = false;
};

struct GroupView {
  std::string path;
  std::string verdict;
  std::int64_t tasks_total = 0;
  std::int64_t tasks_done = 0;
};

struct RunView {
  std::string name;
  std::string run_id;
  std::string job_id;
  std::string verdict;
  std::string message;
  std::string url;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t stale_since_ms = 0;  // polls fail since then; 0: they do not
  std::vector<TaskView> tasks;
  std::vector<GroupView> groups;
  std::size_t repairs = 0;
};

RunView run_view(const json::object& state);

bool is_over(std::string_view task_verdict);
bool went_wrong(std::string_view task_verdict);  // by itself, not because of a task before it

}  // namespace brickwork::cli
