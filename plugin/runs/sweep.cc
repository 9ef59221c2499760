#include <algorithm>

#include "runs/cancel.h"
#include "runs/launch/lease.h"
#include "runs/state/verdict.h"
#include "runs/verbs.h"
#include "runs/watch/look.h"

namespace brickwork::runs {
namespace {

// A launcher that was busy for a moment is not dead.
milliseconds patience(const FoundLease& lease) { return lease.longest + lease.longest / 2; }

struct Swept {
  json::array canceled, abandoned, ended, held, failed;
  milliseconds longest_patience{0};
};

Object entry_of(const FoundLease& lease) {
  Object entry;
  set_id(entry, "run_id", number_or_zero(lease.handle, "run_id"));
  set_text(entry, "name", text(lease.handle, "name"));
  set_text(entry, "launch_key", text(lease.handle, "launch_key"));
  return entry;
}

// Looks before it cancels: the launcher's successor may have taken the lease over while the run was asked for.
Task<Status> end_run(Context& context, RestClient& client, Memory& memory, const FoundLease& lease, Swept& swept) {
  const Result<Handle> handle = referred_run(Object{{"handle", lease.handle}}, client.options().host);
  if (!handle.ok()) co_return handle.status();
  Task<Result<Run>> looking = look(context, client, handle.value().run_id);
  const Result<Run> run = co_await looking;
  if (!run.ok() && run.status().code() != Code::kNotFound) co_return run.status();
  if (sign_of_life(lease.file) != lease.changed_ns) {
    swept.held.push_back(entry_of(lease));
    co_return Status();
  }
  const bool is_over = !run.ok() || ended(*run.value());
  const bool cancels = text(handle.value().policy, "on_abandon") == "cancel";
  if (!is_over && cancels) {
    Task<Status> cancelling = cancel_run(context, client, handle.value().run_id);
    const Status status = co_await cancelling;
    if (!status.ok()) co_return status;
  }
  (is_over ? swept.ended : cancels ? swept.canceled : swept.abandoned).push_back(entry_of(lease));
  std::error_code ignored;
  std::filesystem::remove(lease.file, ignored);
  memory.leases.erase(lease.file.string());
  co_return Status();
}

Task<Status> sweep_once(Context& context, RestClient& client, Memory& memory, std::filesystem::path directory,
                        Swept* swept) {
  const Result<std::vector<FoundLease>> leases = leases_in(directory);
  if (!leases.ok()) co_return leases.status();
  swept->held.clear();
  swept->failed.clear();
  for (const FoundLease& lease : leases.value()) {
    swept->longest_patience = std::max(swept->longest_patience, patience(lease));
    SeenLease& seen = memory.leases[lease.file.string()];
    if (seen.changed_ns != lease.changed_ns) seen = {.changed_ns = lease.changed_ns, .since = context.loop().now()};
    const auto left = std::chrono::ceil<milliseconds>(seen.since + patience(lease) - context.loop().now());
    if (left.count() > 0) {
      swept->held.push_back(entry_of(lease));
      continue;
    }
    Task<Status> ending = end_run(context, client, memory, lease, *swept);
    const Status status = co_await ending;
    if (!context.stopped().ok()) co_return context.stopped();
    if (status.ok()) continue;
    Object entry = entry_of(lease);
    entry["message"] = status->message;
    swept->failed.push_back(std::move(entry));
  }
  co_return Status();
}

Object response_of(Swept swept) {
  Object response;
  response["canceled"] = std::move(swept.canceled);
  response["abandoned"] = std::move(swept.abandoned);
  response["ended"] = std::move(swept.ended);
  response["held"] = std::move(swept.held);
  response["failed"] = std::move(swept.failed);
  return response;
}

}  // namespace

Task<Result<Object>> sweep(Context& context, RestClient& client, Memory& memory, Object request) {
  const Result<std::optional<LeaseTerms>> terms = lease_terms(request);
  if (!terms.ok()) co_return terms.status();
  if (!terms.value())
    co_return failure(Code::kInvalidArgument, "`lease` with the `directory` of the leases is missing", "/lease");
  const std::filesystem::path directory = terms.value()->directory;
  const Instant begun = context.loop().now();
  Swept swept;
  for (;;) {
    Task<Status> sweeping = sweep_once(context, client, memory, directory, &swept);
    const Status status = co_await sweeping;
    if (!status.ok()) co_return status;
    // Long enough to have decided about each lease that was there at the beginning; new ones are for the next sweep.
    const Instant decided = begun + swept.longest_patience;
    if (!flag(request, "wait", false) || context.loop().now() >= decided) break;
    Task<Status> resting = sleep_for(context, std::chrono::ceil<milliseconds>(decided - context.loop().now()));
    const Status rested = co_await resting;
    if (!rested.ok()) co_return rested;
  }
  co_return response_of(std::move(swept));
}

}  // namespace brickwork::runs
