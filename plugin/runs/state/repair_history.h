#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "runs/wire/fields.h"

namespace brickwork::runs {

struct Handle;

// What Databricks does not keep about a repair and its handle does: runs/get names neither who asked for it nor the
// settings that it ran with.
struct OwnRepair {
  std::int64_t repair_id = 0;
  std::string asked_by;  // "policy", "request", or whom the request named
  std::string settings;  // "launched", "restored", "current" (of the job, whatever they were); empty: not known
};

// The newest twenty: a handle is to stay small.
void remember_repair(std::vector<OwnRepair>& repairs, OwnRepair repair);

json::array to_json(const std::vector<OwnRepair>& repairs);
std::vector<OwnRepair> own_repairs(const Object& handle_document);

// `repairs` of state/1: the history of a run, with what its handle knows beside it, and the paths of the tasks that
// each repair ran.
json::array repairs_of(const Handle& handle, const Object& run);

// The task runs of a repair that is the last thing that happened to the run.
std::unordered_set<std::int64_t> runs_of_latest_repair(const Object& run);

// A finished run that was just repaired may still look finished for a moment: true until the history holds the repair
// that the handle knows of.
bool repair_not_yet_visible(const Handle& handle, const Object& run);

}  // namespace brickwork::runs
