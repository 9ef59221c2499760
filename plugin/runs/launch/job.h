#pragma once

#include <string>

#include "group/compile.h"
#include "rest/client.h"
#include "runs/watch/memory.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// The saved job of a group, found by its name and our tag, with the definition that is asked for.
struct Job {
  std::int64_t job_id = 0;
  bool created = false;
  bool reset = false;
  bool seen = false;  // the workspace showed it just now; otherwise it is known from before
};

// What goes to jobs/create and jobs/reset: the settings, named by the policy's job_identity, with our two tags.
Object tagged_settings(const group::Compiled& compiled);

// Name of the saved job. With job_identity "definition" every distinct definition is a job of its own, which is never
// reset: the name carries the digest's first characters.
std::string job_name(const group::Compiled& compiled);

// Finds, creates or resets, with no request when memory knows the job with this digest and one (jobs/list) when the
// workspace has it unchanged. One job for a name, also when answers are lost; hosts that create it at the same moment
// agree on the older one.
Task<Result<Job>> find_or_create_job(Context& context, RestClient& client, Memory& memory,
                                     const group::Compiled& compiled);

}  // namespace brickwork::runs
