#include <cstdio>
#include <ctime>

#include "local/fields.h"
#include "local/jobs/active_run.h"

namespace brickwork::local {
namespace {

using boost::json::object;

// "1121-093244-a1b2c3d4", as clusters have it.
std::string new_cluster_id(std::int64_t time_ms) {
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  std::snprintf(text, sizeof text, "%02d%02d-%02d%02d%02d-%08llx", utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                utc.tm_sec, static_cast<unsigned long long>(new_id()) & 0xffffffffULL);
  return text;
}

const object* entry_named(const object& settings, std::string_view list, std::string_view name,
                          const std::string& key) {
  const boost::json::array* entries = array_field(settings, list);
  if (entries == nullptr) return nullptr;
  for (const boost::json::value& entry : *entries)
    if (entry.is_object() && text_field(entry.get_object(), name) == key) return &entry.get_object();
  return nullptr;
}

object member_object(const object* owner, std::string_view name) {
  const object* member = owner == nullptr ? nullptr : object_field(*owner, name);
  return member == nullptr ? object() : *member;
}

}  // namespace

TaskStart ActiveRun::task_start(TaskRun& task, PreparedTask prepared) {
  TaskStart start;
  start.job_id = run_.job_id;
  start.run_id = run_.run_id;
  start.task_run_id = task.run_id;
  start.job_name = text_field(*run_.settings, "name").value_or(run_.run_name);
  start.task_key = task.task_key;
  start.attempt = task.attempt;
  start.run_page_url = run_page_url(workspace_, run_.job_id, task.run_id);
  start.task = std::move(prepared.task);
  start.parameters = std::move(prepared.parameters);
  start.task_values = upstream_values(task);
  start.cluster = cluster_of(task);
  if (const std::optional<std::string> key = text_field(*task.definition, "environment_key"))
    start.environment = member_object(entry_named(*run_.settings, "environments", "environment_key", *key), "spec");
  start.git_source = run_.git_source();
  start.user_name = run_.run_as;
  return start;
}

ClusterUse ActiveRun::cluster_of(TaskRun& task) {
  const object& definition = *task.definition;
  if (run_.is_notebook_workflow()) {
    task.cluster_id = text_field(definition, "existing_cluster_id").value_or("");
    return {.cluster_id = task.cluster_id, .existing = true, .shared_with = run_.parent_task_run_id};
  }
  if (const std::optional<std::string> id = text_field(definition, "existing_cluster_id")) {
    task.cluster_id = *id;
    return {.cluster_id = *id, .existing = true};
  }
  const std::string prefix = "job-" + std::to_string(run_.job_id) + "-run-";
  if (const std::optional<std::string> key = text_field(definition, "job_cluster_key")) {
    std::string& id = run_.clusters[*key];
    if (id.empty()) id = new_cluster_id(clock_.now_ms());
    task.cluster_id = id;
    return {.cluster_id = id,
            .name = prefix + std::to_string(run_.run_id) + "-" + *key,
            .spec = member_object(entry_named(*run_.settings, "job_clusters", "job_cluster_key", *key), "new_cluster")};
  }
  if (object_field(definition, "new_cluster") != nullptr) {
    task.cluster_id = new_cluster_id(clock_.now_ms());
    return {.cluster_id = task.cluster_id,
            .name = prefix + std::to_string(task.run_id),
            .spec = member_object(&definition, "new_cluster")};
  }
  return {};
}

object ActiveRun::upstream_values(const TaskRun& task) const {
  object values;
  std::vector<std::string_view> to_visit{task.task_key};
  std::set<std::string_view> seen;
  if (task.is_iteration()) to_visit[0] = run_.attempt(task.for_each_run_id)->task_key;
  while (!to_visit.empty()) {
    const Node& node = nodes_.find(to_visit.back())->second;
    to_visit.pop_back();
    for (const Edge& edge : node.upstream) {
      if (!seen.insert(edge.task_key).second) continue;
      to_visit.push_back(edge.task_key);
      const TaskRun& upstream = *nodes_.find(edge.task_key)->second.latest;
      if (!upstream.task_values.empty()) values[edge.task_key] = upstream.task_values;
    }
  }
  return values;
}

}  // namespace brickwork::local
