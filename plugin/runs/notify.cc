#include <algorithm>

#include "runs/state/verdict.h"
#include "runs/verbs.h"
#include "runs/watch/look.h"

namespace brickwork::runs {
namespace {

// Who posts webhooks by the thousand gets no more than this: a look at a run is not repeated sooner.
constexpr milliseconds kGap{250};
// Databricks may tell an end a moment before runs/get does.
constexpr int kLooksForAnEnd = 4;
constexpr milliseconds kBetweenLooks{1'000};

// The body of a webhook of Databricks jobs: {"event_type": "jobs.on_success", "workspace_id": "1", "run": {"run_id":
// "2"}, "job": {"job_id": "3", "name": "..."}}; that of a task has a "task", and the run's own id as "parent_run_id".
struct Event {
  std::string type;
  std::int64_t run_id = 0;
  bool is_end = false;  // of the run
};

Finding wrong(std::string pointer, std::string rule, std::string message) {
  Finding finding;
  finding.pointer = std::move(pointer);
  finding.rule = std::move(rule);
  finding.message = std::move(message);
  return finding;
}

std::vector<Finding> findings_of(const Object& event, const RestClient& client) {
  std::vector<Finding> findings;
  if (!text(event, "event_type").starts_with("jobs."))
    findings.push_back(wrong("/event/event_type", "event_type",
                             "an event of a job has a type such as jobs.on_success; others say nothing about runs"));
  const Object& run = object_in(event, "run");
  for (const std::string_view name : {"run_id", "parent_run_id"})
    if ((name == "run_id" || run.contains(name)) && number_or_zero(run, name) <= 0)
      findings.push_back(
          wrong("/event/run/" + std::string(name), "event_run", "an id is a whole number above 0, or its digits"));
  const std::int64_t theirs = number_or_zero(event, "workspace_id");
  const std::string& ours = client.options().workspace_id;
  if (theirs != 0 && !ours.empty() && std::to_string(theirs) != ours)
    findings.push_back(wrong("/event/workspace_id", "event_workspace",
                             "the event is of another workspace than this client's, which is " + ours));
  return findings;
}

Result<Event> event_of(const Object& request, const RestClient& client) {
  const json::value* member = request.if_contains("event");
  if (member == nullptr || !member->is_object())
    return failure(Code::kInvalidArgument, "`event` has to be the JSON object that a webhook of Databricks posted",
                   "/event");
  const Object& body = member->get_object();
  Fault fault;
  fault.findings = findings_of(body, client);
  if (!fault.findings.empty()) {
    fault.code = Code::kInvalidArgument;
    fault.message = fault.findings.front().message;
    fault.pointer = fault.findings.front().pointer;
    return Status(std::move(fault));
  }
  const Object& run = object_in(body, "run");
  Event event{.type = std::string(text(body, "event_type"))};
  const bool of_task = run.contains("parent_run_id");
  event.run_id = number_or_zero(run, of_task ? "parent_run_id" : "run_id");
  event.is_end = !of_task && (event.type == "jobs.on_success" || event.type == "jobs.on_failure");
  return event;
}

// One look is enough for all events that come before it is sent.
struct Asked {
  explicit Asked(Sweep& sweep) : sweep(sweep) { sweep.asked = true; }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
  ~Asked() { sweep.asked = false; }
  Sweep& sweep;
};

// A look that is sent after the event came: one that is under way may have been answered before.
Task<Result<Run>> look_now(Context& context, RestClient& client, std::shared_ptr<Sweep> sweep) {
  {
    const Asked asked(*sweep);
    while (sweep->under_way || (sweep->number > 0 && context.loop().now() < sweep->answered + kGap)) {
      const Instant until = sweep->under_way ? Instant::max() : sweep->answered + kGap;
      Signal::Waiter waiting = sweep->done.wait_until(context, until);
      const Status waited = co_await waiting;
      if (!waited.ok()) co_return waited;
    }
  }
  Task<Result<Run>> looking = next_look(context, client, sweep, sweep->run_id, sweep->number, 1);
  co_return co_await looking;
}

Status unknown_run(std::int64_t run_id) {
  return failure(Code::kNotFound,
                 "nobody in this process watches the run " + std::to_string(run_id) +
                     " with this login; it is over, or another process watches it, or the event is forged",
                 "/event/run/run_id");
}

}  // namespace

Task<Result<Object>> notify(Context& context, RestClient& client, Memory& memory, Object request) {
  const Result<Event> read = event_of(request, client);
  if (!read.ok()) co_return read.status();
  const Event& event = read.value();
  const std::shared_ptr<Watching> watching = watching_of(memory, client);
  const std::shared_ptr<Sweep> sweep = watched(*watching, event.run_id);
  if (!sweep) co_return unknown_run(event.run_id);

  Object response{{"event_type", event.type}};
  set_id(response, "run_id", event.run_id);
  response["watchers"] = sweep->watchers;
  response["looked"] = !sweep->asked;
  sweep->end_was_pushed = sweep->end_was_pushed || event.is_end;
  if (sweep->asked) co_return response;
  for (int looks = 1;; ++looks) {
    Task<Result<Run>> looking = look_now(context, client, sweep);
    const Result<Run> run = co_await looking;
    if (!run.ok()) co_return run.status();
    if (!run.value()) co_return response;
    response["verdict"] = run_verdict(*run.value());
    if (!event.is_end || ended(*run.value()) || looks == kLooksForAnEnd) co_return response;
    Task<Status> pausing = sleep_for(context, kBetweenLooks);
    const Status paused = co_await pausing;
    if (!paused.ok()) co_return paused;
  }
}

}  // namespace brickwork::runs
