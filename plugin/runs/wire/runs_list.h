#pragma once

#include "rest/paging.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// The pages of jobs/runs/list, 24 runs each: Databricks gives no more.
enum class Which : std::uint8_t { kActive, kCompleted };
enum class Detail : std::uint8_t { kRunsOnly, kTasks };
Pages runs_list(RestClient& client, Which which, Detail detail, const std::string& from_token = {});

// Whether an entry of such a list holds all that runs/get would: its tasks are not cut off at 100, and no repair or
// retry can hide a history that only runs/get shows.
bool says_all(const Object& listed);

}  // namespace brickwork::runs
