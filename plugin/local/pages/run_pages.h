#pragma once

#include <string>

#include "local/pages/room.h"
#include "local/pages/run_view.h"

namespace brickwork::local::pages {

Page run_page(const Visit& visit, const RunView& run);
// One attempt of one task of the run.
Page task_page(const Visit& visit, const RunView& run, const TaskView& task);

// A button that repairs one task, or with an empty key all that failed.
Html repair_form(const Session& session, const RunView& run, const std::string& task_key);

// The run that a run id or a task run id of the address means, with all of its tasks.
RunView read_whole_run(const Visit& visit, const std::string& run_id);

}  // namespace brickwork::local::pages
