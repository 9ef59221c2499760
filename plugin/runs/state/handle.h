#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "group/compile.h"
#include "runs/state/repair_history.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// handle/1: what another process, on another machine and in another language, needs to go on with a run. No secret.
struct Handle {
  std::string host;
  std::string workspace_id;
  std::int64_t job_id = 0;
  std::int64_t run_id = 0;
  std::string run_page_url;
  std::string name;
  std::string launch_key;
  std::string idempotency_token;
  std::string digest;
  std::vector<group::CompiledTask> tasks;  // empty: only the run id is known, and a task's path is its task_key
  std::vector<std::string> groups;
  Object policy;
  std::optional<std::int64_t> latest_repair_id;
  std::vector<OwnRepair> repairs;  // those that were asked for with this handle
};

Object to_json(const Handle& handle);

// The run that a request means: its `handle`, `run_id` or `url`. A handle or URL of another workspace is refused, since
// the same number means another run there.
Result<Handle> referred_run(const Object& request, std::string_view host);

// Fills in what a run's own document says and the handle does not know yet.
void learn(Handle& handle, const Object& run);

// For a run that is known by its id only: the groups that its task keys were made from, as a compiled path is joined by
// "__". Leaves the handle alone where a key cannot be such a path, or would be a task and a group.
void learn_groups(Handle& handle);

// Forgets all other tasks, and the groups that hold one of them: a group's state is that of all its tasks.
void keep_tasks(Handle& handle, const std::vector<std::string>& task_keys);

// The task keys that paths of tasks and groups mean; a group means all its tasks. `pointer` names the member of the
// request they came from.
Result<std::vector<std::string>> task_keys_of(const Handle& handle, const std::vector<std::string>& paths,
                                              std::string_view pointer);

// Whether `path` is the group itself or lies in it.
bool lies_in(std::string_view path, std::string_view group);

}  // namespace brickwork::runs
