#include "contract/groups.h"

namespace brickwork::contract {
namespace {

json::array upstream(const std::string& depends_on) {
  json::array result;
  if (!depends_on.empty()) result.push_back(json::string(depends_on));
  return result;
}

}  // namespace

json::object notebook_task(const std::string& key, const std::string& path, const std::string& depends_on) {
  return {{"task_key", key},
          {"depends_on", upstream(depends_on)},
          {"notebook_task", json::object{{"notebook_path", path}}},
          {"job_cluster_key", "main"}};
}

json::object condition_task(const std::string& key, const std::string& left, const std::string& right,
                            const std::string& depends_on) {
  return {{"task_key", key},
          {"depends_on", upstream(depends_on)},
          {"condition_task", json::object{{"op", "EQUAL_TO"}, {"left", left}, {"right", right}}}};
}

json::object group_of(const std::string& name, json::array tasks) {
  json::object cluster{{"spark_version", "16.4.x-scala2.12"}, {"num_workers", 1}};
  json::array clusters;
  clusters.push_back(json::object{{"job_cluster_key", "main"}, {"new_cluster", std::move(cluster)}});
  return {{"name", name}, {"job_clusters", std::move(clusters)}, {"tasks", std::move(tasks)}};
}

json::object group_that_can_be_mended(const Host& host, const std::string& name, const std::filesystem::path& marker) {
  const std::string folder = "/Shared/contract/" + name;
  host.write_notebook(folder + "/good", "dbutils.notebook.exit(dbutils.widgets.get('year'))\n");
  host.write_notebook(folder + "/rows", "import os\nif not os.path.exists('" + marker.string() +
                                            "'):\n    raise ValueError('no rows')\ndbutils.notebook.exit('rows')\n");
  json::array checks;
  checks.push_back(notebook_task("rows", folder + "/rows"));
  json::array tasks;
  tasks.push_back(notebook_task("first", folder + "/good"));
  tasks.push_back(json::object{{"group", "checks"}, {"depends_on", upstream("first")}, {"tasks", std::move(checks)}});
  tasks.push_back(notebook_task("last", folder + "/good", "checks"));
  json::object group = group_of(name, std::move(tasks));
  json::array parameters;
  parameters.push_back(json::object{{"name", "year"}, {"default", "2000"}});
  group["parameters"] = std::move(parameters);
  return group;
}

json::object endless_group(const Host& host, const std::string& name) {
  const std::string path = "/Shared/contract/" + name;
  host.write_notebook(path, "import time\nprint('running', flush=True)\nwhile True:\n    time.sleep(1)\n");
  json::array tasks;
  tasks.push_back(notebook_task("endless", path));
  return group_of(name, std::move(tasks));
}

}  // namespace brickwork::contract
