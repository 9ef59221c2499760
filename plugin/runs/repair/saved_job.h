#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runs/repair/repair.h"
#include "runs/state/handle.h"
#include "runs/watch/memory.h"

namespace brickwork::runs {

// What a repair does when the job is no longer what its run was launched with: Databricks repairs with the settings of
// the moment.
enum class OnDrift : std::uint8_t {
  kRefuse,   // start nothing and say so
  kNew,      // repair with the job as it is now
  kRestore,  // put the launched settings back for the moment of the repair
};

// `drift` of a request, else of the handle's repair policy.
Result<OnDrift> on_drift(const Object& request, const Handle& handle);

// With which settings a repair runs, as OwnRepair::settings says it, when `drift` is what drift_of found.
std::string settings_of_repair(OnDrift choice, std::optional<bool> drift);

// The settings of a job, all its tasks included: ceil(tasks/100) requests.
Task<Result<Object>> job_settings(Context& context, RestClient& client, std::int64_t job_id);

// Whether the job of a run is no longer what was launched; nothing when that cannot be said: the run is known by its id
// only, or its job cannot be read. No request when no launch resets the job (job_identity "definition") or this client
// saw it just now, otherwise one.
Task<Result<std::optional<bool>>> drift_of(Context& context, RestClient& client, Memory& memory, Handle handle);

inline constexpr std::string_view kDriftRefused =
    "the job's settings changed since this run was launched, and a repair would run the new ones; say `drift`: \"new\" "
    "to repair with those, or \"restore\" with the `group` that was launched to repair with the old ones";

// Sends the repair while the job has `settings`, those of the launch, and puts back what it had, unless somebody
// changed the job meanwhile. A launch by a client that believes it knows the job would in this moment run the old
// definition.
Task<Result<Repaired>> repair_with(Context& context, RestClient& client, Handle handle, Object plan, Object settings);

}  // namespace brickwork::runs
