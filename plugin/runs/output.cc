#include "runs/output/output_entry.h"
#include "runs/verbs.h"
#include "runs/watch/look.h"
#include "runs/watch/task_output.h"

namespace brickwork::runs {
namespace {

// Databricks lets run-job tasks start each other three deep.
constexpr int kDeepest = 3;
// A for-each task may have thousands of iterations.
constexpr std::size_t kMostChildren = 500;

struct ChildBudget {
  bool only_failed = false;
  std::size_t left = kMostChildren;
};

// One output that the workspace refuses (it was deleted, say) is no reason to withhold the others. That waiting or
// asking again could mend it is one.
bool only_this_one(const Status& status) {
  return status->http_status >= 400 && status->http_status < 500 && status->http_status != 401 &&
         status->http_status != 403 && status->http_status != 429;
}

Task<Result<json::array>> read_all(Context& context, RestClient& client, std::vector<OutputEntry> entries,
                                   ChildBudget* budget, int depth);

// The outputs below a task that started runs of its own: into its entry, as `children`.
Task<Status> read_children(Context& context, RestClient& client, OutputEntry* parent, ChildBudget* budget, int depth) {
  const std::int64_t started = number_or_zero(object_in(parent->entry, "run_job_output"), "run_id");
  const std::int64_t run_id = parent->for_each ? parent->run_id : started;
  if (run_id == 0 || depth > kDeepest) co_return Status();
  Task<Result<Run>> looking = look(context, client, run_id);
  const Result<Run> run = co_await looking;
  if (!run.ok() && !only_this_one(run.status())) co_return run.status();
  if (!run.ok()) {
    parent->entry["unread"] = run.status()->message;
    co_return Status();
  }

  std::vector<OutputEntry> children = child_entries(*run.value(), budget->only_failed);
  std::vector<std::size_t> order = reading_order(children);
  if (order.size() > budget->left) {
    parent->entry["children_left_out"] = order.size() - budget->left;
    for (std::size_t i = budget->left; i < order.size(); ++i) children[order[i]].readable = false;
    order.resize(budget->left);
  }
  budget->left -= order.size();
  Task<Result<json::array>> reading = read_all(context, client, std::move(children), budget, depth + 1);
  Result<json::array> outputs = co_await reading;
  if (!outputs.ok()) co_return outputs.status();
  parent->entry["children"] = std::move(outputs.value());
  co_return Status();
}

// Without a budget for children they are not read.
Task<Result<json::array>> read_all(Context& context, RestClient& client, std::vector<OutputEntry> entries,
                                   ChildBudget* budget, int depth) {
  const std::vector<std::size_t> order = reading_order(entries);
  std::vector<std::int64_t> ids;
  ids.reserve(order.size());
  for (const std::size_t i : order) ids.push_back(entries[i].run_id);
  Task<std::vector<Result<Object>>> getting = get_outputs(context, client, std::move(ids));
  const std::vector<Result<Object>> outputs = co_await getting;
  if (Status status = context.stopped(); !status.ok()) co_return status;
  for (std::size_t i = 0; i < order.size(); ++i) {
    Object& entry = entries[order[i]].entry;
    if (outputs[i].ok()) {
      set_output(entry, outputs[i].value());
      continue;
    }
    if (!only_this_one(outputs[i].status())) co_return outputs[i].status();
    entry["unread"] = outputs[i].status()->message;
  }

  json::array list;
  for (OutputEntry& entry : entries) {
    if (budget != nullptr) {
      Task<Status> reading = read_children(context, client, &entry, budget, depth);
      Status status = co_await reading;
      if (!status.ok()) co_return status;
    }
    list.push_back(std::move(entry.entry));
  }
  co_return list;
}

}  // namespace

Task<Result<Object>> output(Context& context, RestClient& client, Memory&, Object request) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  Handle& handle = referred.value();
  const Result<OutputWish> wish = output_wish(request);
  if (!wish.ok()) co_return wish.status();

  Task<Result<Run>> looking = look(context, client, handle.run_id);
  const Result<Run> run = co_await looking;
  if (!run.ok()) co_return run.status();
  learn(handle, *run.value());
  Result<std::vector<OutputEntry>> entries = output_entries(handle, *run.value(), wish.value());
  if (!entries.ok()) co_return entries.status();

  ChildBudget budget{.only_failed = wish.value().only_failed};
  Task<Result<json::array>> reading =
      read_all(context, client, std::move(entries.value()), wish.value().children ? &budget : nullptr, 1);
  Result<json::array> outputs = co_await reading;
  if (!outputs.ok()) co_return outputs.status();
  co_return Object{{"outputs", std::move(outputs.value())}};
}

}  // namespace brickwork::runs
