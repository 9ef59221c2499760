#include "runs/insight/lineage.h"

#include <algorithm>

#include "engine/version.h"
#include "runs/insight/spent.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

constexpr std::string_view kEventSchema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

std::string producer() { return std::string("urn:brickwork:") + version(); }

// `file` is "1-0-1/NominalTimeRunFacet"
Object facet(std::string_view file, Object members) {
  members["_producer"] = producer();
  const std::string_view name = file.substr(file.find('/') + 1);
  members["_schemaURL"] =
      "https://openlineage.io/spec/facets/" + std::string(file) + ".json#/$defs/" + std::string(name);
  return members;
}

std::string_view event_type(std::string_view verdict) {
  if (verdict == "succeeded" || verdict == "succeeded_with_failures") return "COMPLETE";
  if (verdict == "failed" || verdict == "timed_out") return "FAIL";
  return "ABORT";
}

// What Databricks tells of a task's language; a notebook may be of any.
std::string_view language_of(const Object& task) {
  if (task.contains("spark_python_task") || task.contains("python_wheel_task")) return "PYTHON";
  if (task.contains("spark_jar_task")) return "JAVA";
  if (task.contains("sql_task") || task.contains("dbt_task")) return "SQL";
  return "UNKNOWN";
}

std::string_view spark_version_of(const Object& run, const Object& attempt) {
  if (const std::string_view own = text(object_in(attempt, "new_cluster"), "spark_version"); !own.empty()) return own;
  const std::string_view key = text(attempt, "job_cluster_key");
  for (const json::value& item : array_in(run, "job_clusters"))
    if (!key.empty() && item.is_object() && text(item.get_object(), "job_cluster_key") == key)
      return text(object_in(item.get_object(), "new_cluster"), "spark_version");
  return {};
}

class Lineage {
 public:
  Lineage(const Handle& handle, const Object& run, const ErrorHead& error_head, const TraceWish& wish)
      : handle_(handle), run_(run), error_head_(error_head), wish_(wish), ids_(handle) {
    name_ = text(run, "run_name").empty() ? std::string_view(handle.name) : text(run, "run_name");
    namespace_ = text(wish.lineage, "namespace");
    if (namespace_.empty()) namespace_ = "databricks://" + std::string(host_name(handle.host));
    run_uuid_ = ids_.lineage_run_id("run", handle.run_id);
  }

  json::array take() {
    add_run();
    for (const TracedTask& task : traced_tasks(handle_, run_))
      for (const TracedAttempt& attempt : task.attempts) add_attempt(task, attempt);
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event& one, const Event& other) { return one.ms < other.ms; });
    json::array list;
    for (Event& event : events_) list.push_back(std::move(event.document));
    return list;
  }

 private:
  struct Event {
    std::int64_t ms;
    Object document;
  };

  void add(std::string_view type, std::int64_t ms, std::string run_id, Object run_facets, std::string name,
           std::string_view job_type) {
    Object job_facets{
        {"jobType", facet("2-0-4/JobTypeJobFacet",
                          Object{{"processingType", "BATCH"}, {"integration", "DATABRICKS"}, {"jobType", job_type}})}};
    Object document{{"eventType", type}, {"eventTime", iso_time(ms)}};
    document["run"] = Object{{"runId", std::move(run_id)}, {"facets", std::move(run_facets)}};
    document["job"] = Object{{"namespace", namespace_}, {"name", std::move(name)}, {"facets", std::move(job_facets)}};
    document["inputs"] = json::array();
    document["outputs"] = json::array();
    document["producer"] = producer();
    document["schemaURL"] = kEventSchema;
    events_.push_back({ms, std::move(document)});
  }

  Object nominal_time() const {
    if (!wish_.lineage.contains("nominal_start_time_ms")) return {};
    Object members{{"nominalStartTime", iso_time(number_or_zero(wish_.lineage, "nominal_start_time_ms"))}};
    if (wish_.lineage.contains("nominal_end_time_ms"))
      members["nominalEndTime"] = iso_time(number_or_zero(wish_.lineage, "nominal_end_time_ms"));
    return Object{{"nominalTime", facet("1-0-1/NominalTimeRunFacet", std::move(members))}};
  }

  Object named(std::string_view run_id, std::string_view space, std::string_view name) const {
    return Object{{"run", Object{{"runId", run_id}}}, {"job", Object{{"namespace", space}, {"name", name}}}};
  }

  // The host's own run, which started this one; nothing when it did not say.
  Object host_run() const {
    const Object& parent = object_in(wish_.lineage, "parent");
    return parent.empty() ? Object() : named(text(parent, "run_id"), text(parent, "namespace"), text(parent, "name"));
  }

  void add_run() {
    const std::int64_t start = number_or_zero(run_, "start_time");
    if (start <= 0) return;
    Object facets = nominal_time();
    if (Object parent = host_run(); !parent.empty()) {
      parent["root"] = host_run();
      facets["parent"] = facet("1-2-0/ParentRunFacet", std::move(parent));
    }
    add("START", start, run_uuid_, facets, name_, "JOB");
    if (!ended(run_)) return;
    const std::string_view verdict = run_verdict(run_);
    add_error(facets, event_type(verdict), text(object_in(run_, "state"), "state_message"), "UNKNOWN");
    add(event_type(verdict), std::max(start, number_or_zero(run_, "end_time")), run_uuid_, std::move(facets), name_,
        "JOB");
  }

  void add_attempt(const TracedTask& task, const TracedAttempt& attempt) {
    if (interval_of(*attempt.document, attempt.start_ms).start_ms == 0) return;  // it waits, or never ran
    const std::string run_id = ids_.lineage_run_id("attempt", attempt.run_id);
    std::string name = name_ + "." + task.name->path;
    std::replace(name.begin() + static_cast<std::ptrdiff_t>(name_.size()), name.end(), '/', '.');
    Object facets = nominal_time();
    Object parent = named(run_uuid_, namespace_, name_);
    Object root = host_run();
    parent["root"] = root.empty() ? named(run_uuid_, namespace_, name_) : std::move(root);
    facets["parent"] = facet("1-2-0/ParentRunFacet", std::move(parent));
    if (const std::string_view spark = spark_version_of(run_, *attempt.document); !spark.empty())
      facets["processing_engine"] =
          facet("1-1-1/ProcessingEngineRunFacet",
                Object{{"version", spark}, {"name", "Databricks Runtime"}, {"openlineageAdapterVersion", version()}});
    add("START", attempt.start_ms, run_id, facets, name, "TASK");
    if (attempt.end_ms == 0) return;
    const std::string_view type = event_type(attempt.verdict);
    std::string error = type == "FAIL" && error_head_ ? error_head_(attempt.run_id) : std::string();
    if (error.empty()) error = text(object_in(*attempt.document, "state"), "state_message");
    add_error(facets, type, error, language_of(*attempt.document));
    add(type, attempt.end_ms, run_id, std::move(facets), std::move(name), "TASK");
  }

  static void add_error(Object& facets, std::string_view type, std::string_view message, std::string_view language) {
    if (type == "FAIL" && !message.empty())
      facets["errorMessage"] =
          facet("1-0-1/ErrorMessageRunFacet", Object{{"message", message}, {"programmingLanguage", language}});
  }

  const Handle& handle_;
  const Object& run_;
  const ErrorHead& error_head_;
  const TraceWish& wish_;
  TraceIds ids_;
  std::string name_;
  std::string namespace_;
  std::string run_uuid_;
  std::vector<Event> events_;
};

}  // namespace

json::array lineage_of(const Handle& handle, const Object& run, const ErrorHead& error_head, const TraceWish& wish) {
  return Lineage(handle, run, error_head, wish).take();
}

}  // namespace brickwork::runs
