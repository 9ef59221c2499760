#include "runs/repair/repair.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "runs/repair/plan.h"
#include "runs/state/verdict.h"
#include "runs/watch/look.h"
#include "runs/wire/missing.h"
#include "runs/wire/parameters.h"
#include "runs/wire/post.h"

namespace brickwork::runs {
namespace {

constexpr int kTries = 3;

// All repairs of a run, the newest last.
std::vector<const Object*> repairs_of(const Object& run) {
  std::vector<const Object*> repairs;
  for (const json::value& item : array_in(run, "repair_history"))
    if (item.is_object() && text(item.get_object(), "type") == "REPAIR") repairs.push_back(&item.get_object());
  return repairs;
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
Result<std::optional<Repaired>> judge(const Object& run, const Object& plan, const Status& refusal) {
  const std::int64_t built_on = number_or_zero(object_in(plan, "request"), "latest_repair_id");
  const std::vector<const Object*> repairs = repairs_of(run);
  const std::int64_t newest_id = repairs.empty() ? 0 : number_or_zero(*repairs.back(), "id");
  const bool lost = may_have_been_taken(refusal);
  if (newest_id != built_on && newest_id != 0) {
    // Of the same generation as ours: it may be over already, and still is what was asked for.
    const std::int64_t before = repairs.size() < 2 ? 0 : number_or_zero(*repairs[repairs.size() - 2], "id");
    if (before == built_on && covers(*repairs.back(), run, rerun_keys(plan)))
      return std::optional(Repaired{.repair_id = newest_id, .attached = !lost});
    return lost_to(newest_id, refusal);
  }
  if (!ended(run)) return still_active(refusal);
  if (lost) return std::optional<Repaired>();
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

Task<Result<Repaired>> start_repair(Context& context, RestClient& client, Handle handle, Object plan) {
  Status last;
  for (int i = 0; i < kTries; ++i) {
    Task<Result<std::int64_t>> posting = post_for_id(context, client, "/api/2.2/jobs/runs/repair",
                                                     object_in(plan, "request"), "repair_id", Repeat::kFoundOutAfter);
    const Result<std::int64_t> posted = co_await posting;
    if (posted.ok()) co_return Repaired{.repair_id = posted.value()};
    last = with_missing_as_not_found(posted.status());
    if (!context.stopped().ok() || !worth_a_look(last)) co_return last;

    Task<Result<Run>> looking = look(context, client, handle.run_id);
    const Result<Run> run = co_await looking;
    if (!run.ok()) co_return is_missing(run.status()) ? run.status() : last;
    const Result<std::optional<Repaired>> verdict = judge(*run.value(), plan, last);
    if (!verdict.ok()) co_return verdict.status();
    if (verdict.value()) co_return *verdict.value();
  }
  co_return last;
}

}  // namespace brickwork::runs
