#include "local/execution/task_spec.h"

#include <boost/json/serialize.hpp>
#include <filesystem>

#include "local/execution/members.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

TaskKind refuse(TaskEnd::Kind kind, std::string error) {
  return {.refused = TaskEnd{.kind = kind, .error = std::move(error)}};
}

std::string without_workspace(const std::string& path) {
  return path.starts_with("/Workspace/") ? path.substr(10) : path;
}

json::array arguments(const json::object& task) {
  json::array found;
  if (const json::value* list = task.if_contains("parameters"); list != nullptr && list->is_array())
    for (const json::value& value : list->get_array())
      found.push_back(value.is_string() ? value : json::value(json::serialize(value)));
  return found;
}

// The source of a task that does not name one is git_source when the job has it.
bool is_from_git(const TaskStart& start, const json::object& task) {
  const std::string source = text_or_empty(task, "source");
  return source == "GIT" || (source.empty() && start.git_source);
}

// Why the path cannot be below a checkout; empty when it can.
std::string refusal_of_git(const TaskStart& start, std::string_view member, const std::string& path) {
  if (!start.git_source) return "The source of the task is GIT, but the job has no git_source.";
  if (path.starts_with('/'))
    return "Invalid " + std::string(member) + ": " + path +
           ". Only relative paths are currently supported for remote repositories. Paths must not begin with '/'.";
  if (const auto normal = std::filesystem::path(path).lexically_normal(); normal.empty() || *normal.begin() == "..")
    return "Invalid " + std::string(member) + ": " + path + ". It is not below the root of the repository.";
  return "";
}

TaskKind notebook(const TaskStart& start, const json::object& task) {
  std::string path = text_or_empty(task, "notebook_path");
  const bool from_git = is_from_git(start, task);
  if (from_git) {
    if (std::string why = refusal_of_git(start, "notebook_path", path); !why.empty())
      return refuse(TaskEnd::Kind::kInvalid, std::move(why));
    path = std::filesystem::path(path).lexically_normal().string();
  } else {
    path = without_workspace(path);
    if (!path.starts_with('/'))
      return refuse(TaskEnd::Kind::kInvalid, "notebook_path must be an absolute workspace path: " + path);
  }
  return {.spec = {{"kind", "notebook"}, {"path", path}, {"parameters", start.parameters}},
          .is_notebook = true,
          .from_git = from_git};
}

TaskKind python_file(const TaskStart& start, const json::object& task) {
  std::string path = text_or_empty(task, "python_file");
  // A URI is read from where it says, as Databricks has it.
  const bool is_uri = path.find(":/") != std::string::npos;
  const bool from_git = text_or_empty(task, "source") == "GIT" || (is_from_git(start, task) && !is_uri);
  if (from_git) {
    if (std::string why = refusal_of_git(start, "python_file", path); !why.empty())
      return refuse(TaskEnd::Kind::kInvalid, std::move(why));
    path = std::filesystem::path(path).lexically_normal().string();
  }
  for (const char* scheme : {"s3:", "s3a:", "abfss:", "gs:", "wasbs:", "adl:"})
    if (!from_git && path.starts_with(scheme))
      return refuse(TaskEnd::Kind::kNotSupported,
                    "brickwork-local reads python_file from /Workspace, dbfs:/, /Volumes and file:/, not " + path);
  return {.spec = {{"kind", "python_file"}, {"path", path}, {"argv", arguments(task)}}, .from_git = from_git};
}

TaskKind wheel(const json::object& task) {
  json::array argv = arguments(task);
  if (const json::value* named = task.if_contains("named_parameters"); named != nullptr && named->is_object())
    for (const auto& [name, value] : named->get_object())
      argv.push_back(json::value("--" + std::string(name) + "=" +
                                 (value.is_string() ? std::string(value.get_string()) : json::serialize(value))));
  return {.spec = {{"kind", "wheel"},
                   {"package_name", text_or_empty(task, "package_name")},
                   {"entry_point", text_or_empty(task, "entry_point")},
                   {"argv", std::move(argv)}}};
}

TaskKind jar(const json::object& task) {
  const std::string main_class_name = text_or_empty(task, "main_class_name");
  if (main_class_name.empty()) return refuse(TaskEnd::Kind::kInvalid, "spark_jar_task needs main_class_name");
  return {.spec = {{"kind", "jar"}, {"main_class_name", main_class_name}, {"argv", arguments(task)}},
          .own_application = true};
}

// Databricks lets this legacy task have a new cluster of its own and nothing else.
TaskKind submit(const TaskStart& start, const json::object& task) {
  if (start.cluster.existing)
    return refuse(TaskEnd::Kind::kInvalid, "spark_submit_task runs on a new_cluster only, not on an existing cluster");
  if (!libraries_of(start).empty())
    return refuse(TaskEnd::Kind::kInvalid,
                  "spark_submit_task takes no libraries: name them in its parameters with --jars, --packages or "
                  "--py-files");
  return {.spec = {{"kind", "submit"}, {"argv", arguments(task)}}, .own_application = true};
}

// There is one catalog that dbt's SQL could mean, and no warehouse: it runs on the Spark of the task's cluster.
TaskKind dbt(const TaskStart& start, const json::object& task) {
  const std::string catalog = text_or_empty(task, "catalog");
  if (!catalog.empty() && catalog != "hive_metastore" && catalog != "spark_catalog")
    return refuse(
        TaskEnd::Kind::kNotSupported,
        "dbt_task.catalog " + catalog + " is not supported by brickwork-local: leave it out, and name a schema");
  std::string path = text_or_empty(task, "project_directory");
  const bool from_git = is_from_git(start, task);
  if (from_git) {
    if (path.empty()) path = ".";
    if (std::string why = refusal_of_git(start, "project_directory", path); !why.empty())
      return refuse(TaskEnd::Kind::kInvalid, std::move(why));
  } else if (!path.starts_with('/')) {
    return refuse(TaskEnd::Kind::kInvalid, "dbt_task.project_directory must be an absolute workspace path: " + path);
  }
  return {.spec = {{"kind", "dbt"},
                   {"path", path},
                   {"commands", array_or_empty(task, "commands")},
                   {"schema", text_or_empty(task, "schema")},
                   {"profiles_directory", text_or_empty(task, "profiles_directory")}},
          .from_git = from_git};
}

std::string task_type(const json::object& task) {
  for (const auto& [name, value] : task)
    if (name.ends_with("_task") && value.is_object()) return std::string(name);
  return "a task without a type";
}

}  // namespace

TaskKind task_kind(const TaskStart& start) {
  if (start.task.contains("command_context")) return {.spec = {{"kind", "context"}}};
  const auto of = [&](std::string_view name) -> const json::object* {
    const json::value* value = start.task.if_contains(name);
    return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
  };
  if (const json::object* task = of("notebook_task")) return notebook(start, *task);
  if (const json::object* task = of("spark_python_task")) return python_file(start, *task);
  if (const json::object* task = of("python_wheel_task")) return wheel(*task);
  if (const json::object* task = of("spark_jar_task")) return jar(*task);
  if (const json::object* task = of("spark_submit_task")) return submit(start, *task);
  if (const json::object* task = of("dbt_task")) return dbt(start, *task);
  if (of("pipeline_task") != nullptr)
    return refuse(
        TaskEnd::Kind::kNotSupported,
        "pipeline_task is not supported by brickwork-local: there are no pipelines; run their code as a notebook_task");
  return refuse(TaskEnd::Kind::kNotSupported, task_type(start.task) + " is not supported by brickwork-local");
}

json::array libraries_of(const TaskStart& start) {
  json::array found;
  if (const json::value* list = start.task.if_contains("libraries"); list != nullptr && list->is_array())
    found = list->get_array();
  // The form of 2015, which documents and generators still write.
  if (const json::value* task = start.task.if_contains("spark_jar_task"); task != nullptr && task->is_object())
    if (const std::string uri = text_or_empty(task->get_object(), "jar_uri"); !uri.empty())
      found.push_back(json::object{{"jar", uri.find(':') == std::string::npos ? "dbfs:/FileStore/jars/" + uri : uri}});
  if (const json::value* list = start.environment.if_contains("dependencies"); list != nullptr && list->is_array()) {
    for (const json::value& value : list->get_array()) {
      if (!value.is_string()) continue;
      const std::string dependency(value.get_string());
      if (dependency.ends_with(".whl"))
        found.push_back(json::object{{"whl", dependency}});
      else if (dependency.starts_with("-r "))
        found.push_back(json::object{{"requirements", dependency.substr(3)}});
      else
        found.push_back(json::object{{"pypi", {{"package", dependency}}}});
    }
  }
  return found;
}

}  // namespace brickwork::local
