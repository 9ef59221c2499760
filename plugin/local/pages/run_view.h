#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "local/pages/html.h"

namespace brickwork::local::pages {

// What a state means to somebody who looks; each has a colour, a sign and the name of a style.
enum class Mood { kNone, kWaiting, kRunning, kGood, kWarned, kBad, kSkipped };

struct StateView {
  Mood mood = Mood::kNone;
  bool is_final = false;
  bool is_repairable = false;
  std::string label;  // "Upstream failed"
  std::string message;
};

struct Upstream {
  std::string task_key;
  std::string outcome;  // of a condition that must have come out so; else empty
};

// One attempt of one task, as runs/get shows it.
struct TaskView {
  std::int64_t run_id = 0;
  std::string task_key;
  std::string kind;  // "notebook", "for each"
  std::int64_t attempt = 0;
  StateView state;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::vector<Upstream> upstream;
  std::string cluster_id;
  std::int64_t child_run_id = 0;  // of a run_job_task
};

struct RepairView {
  std::int64_t id = 0;  // 0: the original run
  StateView state;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::vector<std::int64_t> task_run_ids;
};

struct RunView {
  std::int64_t run_id = 0;
  std::int64_t job_id = 0;
  std::string name;
  std::string trigger;
  std::string creator;
  StateView state;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t queue_ms = 0;
  std::vector<TaskView> tasks;  // every attempt
  std::vector<RepairView> repairs;
  boost::json::object document;

  std::vector<const TaskView*> latest() const;                             // of each task, in the order of the job
  std::vector<const TaskView*> attempts(std::string_view task_key) const;  // newest first
  std::int64_t latest_repair_id() const;                                   // 0: not repaired
};

// Of an answer of the API; empty when it does not say.
std::string text(const boost::json::object& from, std::string_view name);

StateView read_state(const boost::json::object& holder);  // of something with a `state`
TaskView read_task(const boost::json::object& task);
RunView read_run(boost::json::object run);

std::string_view style_of(Mood mood);
Html badge(const StateView& state);

std::string duration_text(std::int64_t from_ms, std::int64_t to_ms);  // to_ms 0: until now; empty when not begun
std::string time_text(std::int64_t ms);                               // UTC; empty for 0
std::string run_address(std::int64_t job_id, std::int64_t run_id);

}  // namespace brickwork::local::pages
