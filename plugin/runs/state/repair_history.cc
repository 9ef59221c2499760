#include "runs/state/repair_history.h"

#include <algorithm>
#include <unordered_map>

#include "runs/state/handle.h"

namespace brickwork::runs {
namespace {

constexpr std::size_t kMostOwn = 20;
constexpr std::size_t kMostName = 100;  // bytes

// The path of the task that each task run belongs to, for the tasks that the handle names.
std::unordered_map<std::int64_t, std::string_view> paths_of_runs(const Handle& handle, const Object& run) {
  std::unordered_map<std::string_view, std::string_view> paths;
  for (const auto& task : handle.tasks) paths.emplace(task.task_key, task.path);
  std::unordered_map<std::int64_t, std::string_view> result;
  for (const json::value& item : array_in(run, "tasks")) {
    if (!item.is_object()) continue;
    const auto path = paths.find(text(item.get_object(), "task_key"));
    if (path != paths.end()) result.emplace(number_or_zero(item.get_object(), "run_id"), path->second);
  }
  return result;
}

bool is_repair(const json::value& item) { return item.is_object() && text(item.get_object(), "type") == "REPAIR"; }

Object entry_of(const Object& item, const std::unordered_map<std::int64_t, std::string_view>& paths) {
  Object entry;
  set_id(entry, "repair_id", number_or_zero(item, "id"));
  set_time(entry, "start_time_ms", item, "start_time");
  set_time(entry, "end_time_ms", item, "end_time");
  set_text(entry, "result_state", text(object_in(item, "state"), "result_state"));
  const json::array& runs = array_in(item, "task_run_ids");
  entry["task_run_ids"] = runs;
  json::array& tasks = entry["tasks"].emplace_array();
  for (const json::value& id : runs) {
    const auto path = id.is_int64() ? paths.find(id.get_int64()) : paths.end();
    if (path != paths.end()) tasks.emplace_back(path->second);
  }
  return entry;
}

}  // namespace

void remember_repair(std::vector<OwnRepair>& repairs, OwnRepair repair) {
  repairs.push_back(std::move(repair));
  if (repairs.size() > kMostOwn) repairs.erase(repairs.begin());
}

json::array to_json(const std::vector<OwnRepair>& repairs) {
  json::array part;
  for (const OwnRepair& repair : repairs) {
    Object entry;
    set_id(entry, "repair_id", repair.repair_id);
    entry["asked_by"] = repair.asked_by;
    set_text(entry, "settings", repair.settings);
    part.push_back(std::move(entry));
  }
  return part;
}

std::vector<OwnRepair> own_repairs(const Object& handle_document) {
  std::vector<OwnRepair> repairs;
  for (const json::value& item : array_in(handle_document, "repairs")) {
    if (!item.is_object()) continue;
    const Object& entry = item.get_object();
    const auto written = whole_number(entry, "repair_id_str");
    const std::int64_t id = written ? *written : number_or_zero(entry, "repair_id");
    if (id <= 0) continue;
    const std::string_view settings = text(entry, "settings");
    const bool known = settings == "launched" || settings == "restored" || settings == "current";
    remember_repair(repairs, {.repair_id = id,
                              .asked_by = std::string(head(text(entry, "asked_by"), kMostName)),
                              .settings = std::string(known ? settings : std::string_view())});
  }
  return repairs;
}

json::array repairs_of(const Handle& handle, const Object& run) {
  json::array part;
  const json::array& history = array_in(run, "repair_history");
  if (std::none_of(history.begin(), history.end(), is_repair)) return part;
  const auto paths = paths_of_runs(handle, run);
  for (const json::value& item : history) {
    if (!is_repair(item)) continue;
    Object entry = entry_of(item.get_object(), paths);
    const auto own = std::find_if(handle.repairs.begin(), handle.repairs.end(), [&](const OwnRepair& repair) {
      return repair.repair_id == number_or_zero(item.get_object(), "id");
    });
    if (own != handle.repairs.end()) {
      set_text(entry, "asked_by", own->asked_by);
      set_text(entry, "settings", own->settings);
    }
    part.push_back(std::move(entry));
  }
  return part;
}

std::unordered_set<std::int64_t> runs_of_latest_repair(const Object& run) {
  std::unordered_set<std::int64_t> ids;
  const json::array& history = array_in(run, "repair_history");
  if (history.empty() || !is_repair(history.back())) return ids;
  for (const json::value& id : array_in(history.back().get_object(), "task_run_ids"))
    if (id.is_int64()) ids.insert(id.get_int64());
  return ids;
}

bool repair_not_yet_visible(const Handle& handle, const Object& run) {
  if (!handle.latest_repair_id || !run.contains("repair_history")) return false;
  for (const json::value& item : array_in(run, "repair_history"))
    if (item.is_object() && number_or_zero(item.get_object(), "id") == *handle.latest_repair_id) return false;
  return true;
}

}  // namespace brickwork::runs
