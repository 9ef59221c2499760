#include "runs/attempts.h"
#include "runs/look.h"
#include "runs/state.h"
#include "runs/task_output.h"
#include "runs/verbs.h"
#include "runs/verdict.h"

namespace brickwork::runs {
namespace {

// Only what ran has something to read; asking for the others would be a request for nothing.
bool has_output(std::string_view verdict) {
  return verdict == "running" || verdict == "succeeded" || verdict == "succeeded_with_failures" ||
         verdict == "failed" || verdict == "timed_out" || verdict == "canceled";
}

void set_result(Object& entry, const Object& output) {
  const Object& notebook = object_in(output, "notebook_output");
  if (notebook.contains("result")) {
    entry["result"] = notebook.at("result");
    entry["result_truncated"] = flag(notebook, "truncated", false);
  }
  if (output.contains("logs")) {
    entry["logs"] = output.at("logs");
    entry["logs_truncated"] = flag(output, "logs_truncated", false);
  }
  set_text(entry, "error", text(output, "error"));
  set_text(entry, "error_trace", text(output, "error_trace"));
  // What other kinds of task return is passed on in Databricks' own form.
  for (const auto& [name, value] : output)
    if (name.ends_with("_output") && name != "notebook_output") entry[name] = value;
}

struct Wanted {
  json::array entries;                 // all that were asked for, as far as the run itself knows them
  std::vector<std::int64_t> run_ids;   // those to be read ...
  std::vector<std::size_t> positions;  // ... and their entries
};

Wanted wanted_outputs(const Handle& handle, const Run& run, const std::vector<std::string>& keys) {
  const auto attempts = attempts_by_key(*run);
  Wanted wanted;
  for (const auto& name : handle.tasks) {
    if (!keys.empty() && std::find(keys.begin(), keys.end(), name.task_key) == keys.end()) continue;
    const auto found = attempts.find(name.task_key);
    if (found == attempts.end()) continue;
    const Object& latest = *found->second.back();
    const std::string_view verdict = task_verdict(latest);
    Object entry{{"path", name.path}, {"task_key", name.task_key}};
    set_id(entry, "run_id", number_or_zero(latest, "run_id"));
    entry["state"] = verdict;
    set_text(entry, "url", text(latest, "run_page_url"));
    if (has_output(verdict)) {
      wanted.run_ids.push_back(number_or_zero(latest, "run_id"));
      wanted.positions.push_back(wanted.entries.size());
    }
    wanted.entries.push_back(std::move(entry));
  }
  return wanted;
}

}  // namespace

Task<Result<Object>> output(Context& context, RestClient& client, Memory&, Object request) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  Handle& handle = referred.value();
  const Result<std::vector<std::string>> paths = texts(request, "tasks");
  if (!paths.ok()) co_return paths.status();

  Task<Result<Run>> looking = look(context, client, handle.run_id);
  const Result<Run> run = co_await looking;
  if (!run.ok()) co_return run.status();
  learn(handle, *run.value());
  const Result<std::vector<std::string>> keys = task_keys_of(handle, paths.value(), "/tasks");
  if (!keys.ok()) co_return keys.status();

  Wanted wanted = wanted_outputs(handle, run.value(), keys.value());
  Task<std::vector<Result<Object>>> getting = get_outputs(context, client, wanted.run_ids);
  const std::vector<Result<Object>> outputs = co_await getting;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].ok()) co_return outputs[i].status();
    set_result(wanted.entries[wanted.positions[i]].get_object(), outputs[i].value());
  }
  co_return Object{{"outputs", std::move(wanted.entries)}};
}

}  // namespace brickwork::runs
