#include "runs/repair.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "runs/look.h"
#include "runs/missing.h"
#include "runs/parameters.h"
#include "runs/plan.h"
#include "runs/post.h"
#include "runs/verdict.h"

namespace brickwork::runs {
namespace {

constexpr int kTries = 3;

const Object* newest_repair(const Object& run) {
  const Object* newest = nullptr;
  for (const json::value& item : array_in(run, "repair_history"))
    if (item.is_object() && text(item.get_object(), "type") == "REPAIR") newest = &item.get_object();
  return newest;
}

// Whether a repair runs what `keys` ask for. One that does not say what it runs is believed to.
bool covers(const Object& repair, const Object& run, const std::vector<std::string>& keys) {
  std::unordered_set<std::int64_t> ids;
  for (const json::value& id : array_in(repair, "task_run_ids"))
    if (id.is_int64()) ids.insert(id.get_int64());
  if (ids.empty()) return true;
  std::unordered_set<std::string_view> repaired;
  for (const json::value& item : array_in(run, "tasks"))
    if (item.is_object() && ids.contains(number_or_zero(item.get_object(), "run_id")))
      repaired.insert(text(item.get_object(), "task_key"));
  return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) { return repaired.contains(key); });
}

Status lost_to(std::int64_t repair_id, const Status& refusal) {
  Fault fault = refusal.fault();
  fault.code = Code::kAborted;
  fault.retryable = false;
  fault.message = "repair " + std::to_string(repair_id) +
                  " of this run was started meanwhile by somebody else; watch the run, and plan again when it ended";
  return Status(std::move(fault));
}

Status still_active(const Status& refusal) {
  Fault fault = refusal.fault();
  fault.code = Code::kFailedPrecondition;
  fault.retryable = false;
  fault.message = "the run is still active; wait for its end or cancel it, then repair it";
  return Status(std::move(fault));
}

// What a repair that did not go well came to, seen from the run itself: an id when it took after all, nothing when it
// surely did not and may be sent again, or the reason.
Result<std::optional<std::int64_t>> judge(const Object& run, const Object& plan, const Status& refusal) {
  const std::int64_t built_on = number_or_zero(object_in(plan, "request"), "latest_repair_id");
  const Object* newest = newest_repair(run);
  const std::int64_t newest_id = newest == nullptr ? 0 : number_or_zero(*newest, "id");
  const bool lost = may_have_been_taken(refusal);
  if (newest_id != built_on && newest != nullptr) {
    if (lost && covers(*newest, run, rerun_keys(plan))) return std::optional(newest_id);
    return lost_to(newest_id, refusal);
  }
  if (!ended(run)) return still_active(refusal);
  if (lost) return std::optional<std::int64_t>();
  return refusal;
}

// Whether the run itself can explain the failure better than the answer did. Databricks has several texts for a run
// that is active or was repaired meanwhile, and none of them is documented.
bool worth_a_look(const Status& status) {
  return may_have_been_taken(status) || status.code() == Code::kInvalidArgument ||
         status.code() == Code::kFailedPrecondition || status.code() == Code::kAborted ||
         status.code() == Code::kAlreadyExists;
}

}  // namespace

Task<Result<std::int64_t>> start_repair(Context& context, RestClient& client, Handle handle, Object plan) {
  Status last;
  for (int i = 0; i < kTries; ++i) {
    Task<Result<std::int64_t>> posting = post_for_id(context, client, "/api/2.2/jobs/runs/repair",
                                                     object_in(plan, "request"), "repair_id", Repeat::kStartsSomething);
    const Result<std::int64_t> posted = co_await posting;
    if (posted.ok()) co_return posted;
    last = with_missing_as_not_found(posted.status());
    if (!context.stopped().ok() || !worth_a_look(last)) co_return last;

    Task<Result<Run>> looking = look(context, client, handle.run_id);
    const Result<Run> run = co_await looking;
    if (!run.ok()) co_return is_missing(run.status()) ? run.status() : last;
    const Result<std::optional<std::int64_t>> verdict = judge(*run.value(), plan, last);
    if (!verdict.ok()) co_return verdict.status();
    if (verdict.value()) co_return *verdict.value();
  }
  co_return last;
}

}  // namespace brickwork::runs
