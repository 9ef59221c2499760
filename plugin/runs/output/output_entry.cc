#include "runs/output/output_entry.h"

#include <algorithm>

#include "runs/state/attempts.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

bool has_output(std::string_view verdict) {
  return verdict == "running" || verdict == "succeeded" || verdict == "succeeded_with_failures" ||
         verdict == "failed" || verdict == "timed_out" || verdict == "canceled";
}

bool failed_by_itself(std::string_view verdict) { return verdict == "failed" || verdict == "timed_out"; }

OutputEntry entry_of(std::string_view path, const Object& attempt, std::int64_t number) {
  OutputEntry made{.entry = Object{{"path", path}, {"task_key", text(attempt, "task_key")}},
                   .run_id = number_or_zero(attempt, "run_id"),
                   .verdict = task_verdict(attempt)};
  made.readable = has_output(made.verdict) && made.run_id != 0;
  made.for_each = attempt.contains("for_each_task");
  set_id(made.entry, "run_id", made.run_id);
  made.entry["attempt"] = number;
  made.entry["state"] = made.verdict;
  set_text(made.entry, "url", text(attempt, "run_page_url"));
  return made;
}

// The attempts of one task that are asked for, with their numbers. Marks the named ones that were found.
std::vector<std::pair<std::int64_t, const Object*>> chosen(const Attempts& attempts, const OutputWish& wish,
                                                           std::vector<bool>& found) {
  std::vector<std::pair<std::int64_t, const Object*>> result;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const auto named = std::find(wish.run_ids.begin(), wish.run_ids.end(), number_or_zero(*attempts[i], "run_id"));
    if (named != wish.run_ids.end()) found[static_cast<std::size_t>(named - wish.run_ids.begin())] = true;
    const bool wanted =
        wish.attempts == OutputWish::Attempts::kAll ||
        (wish.attempts == OutputWish::Attempts::kNamed ? named != wish.run_ids.end() : i + 1 == attempts.size());
    if (wanted) result.emplace_back(static_cast<std::int64_t>(i) + 1, attempts[i]);
  }
  return result;
}

Result<std::vector<std::int64_t>> attempt_ids(const json::array& items) {
  std::vector<std::int64_t> ids;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::int64_t id = number_or_zero(Object{{"id", items[i]}}, "id");
    if (id <= 0)
      return failure(Code::kInvalidArgument, "an attempt is named by its run_id, as the state's `attempts` list it",
                     "/attempts/" + std::to_string(i));
    ids.push_back(id);
  }
  return ids;
}

Status read_attempts(const Object& request, OutputWish& wish) {
  const json::value* attempts = request.if_contains("attempts");
  if (attempts == nullptr || *attempts == json::value("latest")) return Status();
  if (*attempts == json::value("all")) {
    wish.attempts = OutputWish::Attempts::kAll;
    return Status();
  }
  if (!attempts->is_array())
    return failure(Code::kInvalidArgument, R"(`attempts` has to be "latest", "all" or an array of run ids)",
                   "/attempts");
  Result<std::vector<std::int64_t>> ids = attempt_ids(attempts->get_array());
  if (!ids.ok()) return ids.status();
  wish.attempts = OutputWish::Attempts::kNamed;
  wish.run_ids = std::move(ids.value());
  return Status();
}

}  // namespace

Result<OutputWish> output_wish(const Object& request) {
  OutputWish wish;
  Result<std::vector<std::string>> paths = texts(request, "tasks");
  if (!paths.ok()) return paths.status();
  wish.paths = std::move(paths.value());
  if (Status status = read_attempts(request, wish); !status.ok()) return status;
  for (const std::string_view name : {"only_failed", "children"}) {
    const json::value* value = request.if_contains(name);
    if (value != nullptr && !value->is_bool())
      return failure(Code::kInvalidArgument, "`" + std::string(name) + "` has to be true or false",
                     "/" + std::string(name));
  }
  wish.only_failed = flag(request, "only_failed", false);
  wish.children = flag(request, "children", false);
  return wish;
}

Result<std::vector<OutputEntry>> output_entries(const Handle& handle, const Object& run, const OutputWish& wish) {
  const Result<std::vector<std::string>> keys = task_keys_of(handle, wish.paths, "/tasks");
  if (!keys.ok()) return keys.status();
  const auto attempts = attempts_by_key(run);
  std::vector<bool> found(wish.run_ids.size());
  std::vector<OutputEntry> entries;
  for (const auto& name : handle.tasks) {
    const auto task = attempts.find(name.task_key);
    if (task == attempts.end()) continue;
    const bool named = keys.value().empty() ||
                       std::find(keys.value().begin(), keys.value().end(), name.task_key) != keys.value().end();
    if (!named) continue;
    for (const auto& [number, attempt] : chosen(task->second, wish, found)) {
      OutputEntry entry = entry_of(name.path, *attempt, number);
      if (!wish.only_failed || failed_by_itself(entry.verdict)) entries.push_back(std::move(entry));
    }
  }
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!found[i])
      return failure(Code::kInvalidArgument,
                     "none of the tasks that are asked for has an attempt " + std::to_string(wish.run_ids[i]),
                     "/attempts/" + std::to_string(i));
  return entries;
}

std::vector<OutputEntry> child_entries(const Object& run, bool only_failed) {
  std::vector<OutputEntry> entries;
  const json::array& iterations = array_in(run, "iterations");
  for (std::size_t i = 0; i < iterations.size(); ++i) {
    if (!iterations[i].is_object()) continue;
    const Object& iteration = iterations[i].get_object();
    entries.push_back(
        entry_of(text(iteration, "task_key"), iteration, number_or_zero(iteration, "attempt_number") + 1));
    entries.back().entry["iteration"] = static_cast<std::int64_t>(i);
  }
  if (iterations.empty())
    for (const auto& [key, attempts] : attempts_by_key(run))
      entries.push_back(entry_of(key, *attempts.back(), static_cast<std::int64_t>(attempts.size())));
  std::erase_if(entries, [&](const OutputEntry& entry) { return only_failed && !failed_by_itself(entry.verdict); });
  // attempts_by_key has no order of its own.
  std::stable_sort(entries.begin(), entries.end(), [](const OutputEntry& one, const OutputEntry& other) {
    return !one.entry.contains("iteration") && text(one.entry, "path") < text(other.entry, "path");
  });
  return entries;
}

void set_output(Object& entry, const Object& output) {
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
  set_text(entry, "info", text(output, "info"));
  // What other kinds of task return is passed on in Databricks' own form.
  for (const auto& [name, value] : output)
    if (name.ends_with("_output") && name != "notebook_output") entry[name] = value;
}

std::vector<std::size_t> reading_order(const std::vector<OutputEntry>& entries) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (entries[i].readable) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t one, std::size_t other) {
    return failed_by_itself(entries[one].verdict) && !failed_by_itself(entries[other].verdict);
  });
  return order;
}

}  // namespace brickwork::runs
