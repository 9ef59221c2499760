#include "local/jobs/task_parameters.h"

#include <boost/json/array.hpp>

#include "local/jobs/run_references.h"

namespace brickwork::local {
namespace {

using boost::json::object;
using boost::json::value;

object& object_in(object& owner, std::string_view name) {
  value& member = owner[name];
  return member.is_object() ? member.get_object() : member.emplace_object();
}

void merge(object& into, const value* from) {
  if (from == nullptr || !from->is_object()) return;
  for (const auto& member : from->get_object()) into[member.key()] = reference_text(member.value());
}

void push_down(object& into, const Run& run, const ReferenceLookup& lookup) {
  for (const JobParameter& parameter : run.job_parameters)
    into[parameter.name] = resolve_references(parameter.effective(), lookup);
}

void replace(object& task, std::string_view name, const value* from) {
  if (from != nullptr && from->is_array()) task[name] = *from;
}

// Positional arguments cannot be merged with named ones, so job parameters reach a wheel only when it takes names.
void merge_wheel(object& task, const Run& run, const ReferenceLookup& lookup) {
  const object& overriding = run.overriding_parameters;
  replace(task, "parameters", overriding.if_contains("python_params"));
  const value* positional = task.if_contains("parameters");
  if (positional != nullptr && positional->is_array() && !positional->get_array().empty()) return;
  object& named = object_in(task, "named_parameters");
  merge(named, overriding.if_contains("python_named_params"));
  push_down(named, run, lookup);
}

object resolved_kind(const object& task, std::string_view kind, const ReferenceLookup& lookup) {
  const object& from = task.at(kind).get_object();
  if (kind != "for_each_task") return resolve_references_in(value(from), lookup).get_object();
  // The nested task is resolved once for each iteration, when {{input}} means something.
  object resolved = from;
  if (const value* inputs = from.if_contains("inputs")) resolved["inputs"] = resolve_references_in(*inputs, lookup);
  return resolved;
}

}  // namespace

PreparedTask prepare_task(const Workspace& workspace, const Run& run, const TaskRun& task) {
  PreparedTask prepared{*task.definition, {}};
  const std::string_view kind = kind_of(*task.definition);
  if (kind.empty()) return prepared;

  // What a notebook hands to another one is text, whatever it looks like.
  const ReferenceLookup text_as_it_is = [](const ReferencePath&) { return std::nullopt; };
  const bool is_text = run.is_notebook_workflow();
  const ReferenceLookup lookup = is_text ? text_as_it_is : references_of(workspace, run, task);
  const ReferenceLookup job_lookup = is_text ? text_as_it_is : references_of(workspace, run);
  object resolved = resolved_kind(*task.definition, kind, lookup);
  const object& overriding = run.overriding_parameters;
  if (kind == "notebook_task") {
    object& base = object_in(resolved, "base_parameters");
    for (auto& member : base) member.value() = reference_text(member.value());
    merge(base, overriding.if_contains("notebook_params"));
    push_down(base, run, job_lookup);
    prepared.parameters = base;
  } else if (kind == "python_wheel_task") {
    merge_wheel(resolved, run, job_lookup);
  } else if (kind == "spark_python_task") {
    replace(resolved, "parameters", overriding.if_contains("python_params"));
  } else if (kind == "spark_jar_task") {
    replace(resolved, "parameters", overriding.if_contains("jar_params"));
  } else if (kind == "spark_submit_task") {
    replace(resolved, "parameters", overriding.if_contains("spark_submit_params"));
  } else if (kind == "sql_task") {
    object& parameters = object_in(resolved, "parameters");
    merge(parameters, overriding.if_contains("sql_params"));
    push_down(parameters, run, job_lookup);
  } else if (kind == "dbt_task") {
    replace(resolved, "commands", overriding.if_contains("dbt_commands"));
  }
  prepared.task[kind] = std::move(resolved);
  return prepared;
}

}  // namespace brickwork::local
