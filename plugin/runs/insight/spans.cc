#include "runs/insight/spans.h"

#include <algorithm>
#include <limits>

#include "engine/version.h"
#include "runs/insight/spent.h"
#include "runs/state/termination.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

constexpr int kInternal = 1;  // SpanKind
constexpr int kStatusOk = 1;
constexpr int kStatusError = 2;

// OTLP/JSON writes 64-bit integers as text, ids in hex and enums as numbers.
std::string nanoseconds(std::int64_t ms) { return std::to_string(ms) + "000000"; }

class Attributes {
 public:
  void add(std::string_view key, std::string_view value) {
    if (!value.empty()) list_.push_back(Object{{"key", key}, {"value", Object{{"stringValue", value}}}});
  }
  void add(std::string_view key, std::int64_t value) {
    list_.push_back(Object{{"key", key}, {"value", Object{{"intValue", std::to_string(value)}}}});
  }
  void add_id(std::string_view key, std::int64_t id) {
    if (id != 0) add(key, std::to_string(id));
  }
  json::array take() { return std::move(list_); }

 private:
  json::array list_;
};

// In the words of cicd.pipeline.result: an error is the platform's, a failure that of what it ran.
std::string_view result_word(std::string_view verdict, const Object& document) {
  if (verdict == "succeeded" || verdict == "succeeded_with_failures") return "success";
  if (verdict == "timed_out") return "timeout";
  if (verdict == "canceled") return "cancellation";
  if (verdict != "failed") return "skip";
  const FailureClass failed = failure_class(document);
  return failed == FailureClass::kUserCode || failed == FailureClass::kLibrary ? "failure" : "error";
}

std::string_view termination_code(const Object& document) {
  return text(object_in(object_in(document, "status"), "termination_details"), "code");
}

bool is_error(std::string_view verdict) { return verdict == "failed" || verdict == "timed_out"; }

// What somebody canceled or a condition skipped is neither good nor bad.
Object status_of(std::string_view verdict, std::string_view message) {
  if (verdict == "succeeded" || verdict == "succeeded_with_failures") return Object{{"code", kStatusOk}};
  if (!is_error(verdict)) return Object();
  Object status{{"code", kStatusError}};
  set_text(status, "message", message);
  return status;
}

void add_outcome(Attributes& attributes, std::string_view verdict, const Object& document) {
  attributes.add("databricks.verdict", verdict);
  attributes.add("databricks.life_cycle_state", text(object_in(document, "state"), "life_cycle_state"));
  attributes.add("databricks.result_state", text(object_in(document, "state"), "result_state"));
  attributes.add("databricks.termination_code", termination_code(document));
  if (!is_error(verdict)) return;
  const std::string_view code = termination_code(document);
  attributes.add("error.type", code.empty() ? text(object_in(document, "state"), "result_state") : code);
}

// "ValueError: no rows" -> "ValueError"
std::string_view exception_type(std::string_view error) {
  const std::string_view type = error.substr(0, error.find(": "));
  const bool is_name = type.size() < error.size() && type.size() < 200 && type.find_first_of(" \t\n") == type.npos;
  return is_name ? type : std::string_view();
}

class Spans {
 public:
  Spans(const Handle& handle, const Object& run, const ErrorHead& error_head, const TraceWish& wish)
      : handle_(handle), run_(run), error_head_(error_head), ids_(handle), trace_id_(wish.trace_id) {
    if (trace_id_.empty()) trace_id_ = ids_.trace_id();
    parent_of_run_ = wish.parent_span_id;
    tasks_ = traced_tasks(handle, run);
    groups_ = array_in(state_of(handle, run), "groups");
  }

  json::array take() {
    add_run();
    for (const json::value& group : groups_) add_group(group.get_object());
    for (const TracedTask& task : tasks_) add_task(task);
    return std::move(spans_);
  }

 private:
  std::string run_span() const { return ids_.span_id("run", ""); }

  // The innermost group that holds this path, or the run.
  std::string parent_of(std::string_view path) const {
    std::string_view inner;
    for (const std::string& group : handle_.groups)
      if (path != group && lies_in(path, group) && group.size() > inner.size()) inner = group;
    return inner.empty() ? run_span() : ids_.span_id("group", inner);
  }

  Object& add(const std::string& id, const std::string& parent, std::string_view name, Interval time) {
    Object span{{"traceId", trace_id_}, {"spanId", id}};
    if (!parent.empty()) span["parentSpanId"] = parent;
    span["name"] = name;
    span["kind"] = kInternal;
    span["startTimeUnixNano"] = nanoseconds(time.start_ms);
    span["endTimeUnixNano"] = nanoseconds(time.end_ms);
    return spans_.emplace_back(std::move(span)).get_object();
  }

  void add_run() {
    const std::int64_t start = number_or_zero(run_, "start_time");
    if (!ended(run_) || start <= 0) return;
    const std::string_view verdict = run_verdict(run_);
    const std::string_view name = text(run_, "run_name").empty() ? handle_.name : text(run_, "run_name");
    Object& span = add(run_span(), parent_of_run_, name, {start, std::max(start, number_or_zero(run_, "end_time"))});
    Attributes attributes;
    attributes.add("cicd.pipeline.name", name);
    attributes.add_id("cicd.pipeline.run.id", handle_.run_id);
    attributes.add("cicd.pipeline.run.url.full", handle_.run_page_url);
    attributes.add("cicd.pipeline.result", result_word(verdict, run_));
    attributes.add_id("databricks.job_id", handle_.job_id);
    attributes.add("databricks.queue_ms", std::max<std::int64_t>(0, number_or_zero(run_, "queue_duration")));
    add_outcome(attributes, verdict, run_);
    span["attributes"] = attributes.take();
    span["status"] = status_of(verdict, text(object_in(run_, "state"), "state_message"));
  }

  void add_group(const Object& group) {
    const std::string_view path = text(group, "path");
    Interval time{std::numeric_limits<std::int64_t>::max(), 0};
    for (const TracedTask& task : tasks_) {
      if (!lies_in(task.name->path, path)) continue;
      if (!task.ended) return;
      for (const TracedAttempt& attempt : task.attempts)
        time = {std::min(time.start_ms, attempt.start_ms), std::max(time.end_ms, attempt.end_ms)};
    }
    if (time.end_ms == 0) return;
    Object& span = add(ids_.span_id("group", path), parent_of(path), path, time);
    Attributes attributes;
    attributes.add("databricks.group", path);
    attributes.add("databricks.verdict", text(group, "verdict"));
    attributes.add("databricks.tasks_total", number_or_zero(group, "tasks_total"));
    span["attributes"] = attributes.take();
    span["status"] = status_of(text(group, "verdict"), {});
  }

  void add_task(const TracedTask& task) {
    const std::string task_span = ids_.span_id("task", task.name->task_key);
    if (task.ended && !task.attempts.empty()) {
      const TracedAttempt& latest = task.attempts.back();
      std::int64_t end = 0;
      for (const TracedAttempt& attempt : task.attempts) end = std::max(end, attempt.end_ms);
      Object& span = add(task_span, parent_of(task.name->path), task.name->path, {task.attempts.front().start_ms, end});
      Attributes attributes;
      attributes.add("cicd.pipeline.task.name", task.name->path);
      attributes.add_id("cicd.pipeline.task.run.id", latest.run_id);
      attributes.add("cicd.pipeline.task.run.url.full", text(*latest.document, "run_page_url"));
      attributes.add("cicd.pipeline.task.run.result", result_word(latest.verdict, *latest.document));
      attributes.add("databricks.task_key", task.name->task_key);
      attributes.add("databricks.attempts", static_cast<std::int64_t>(task.attempts.size()));
      add_outcome(attributes, latest.verdict, *latest.document);
      span["attributes"] = attributes.take();
      span["status"] = status_of(latest.verdict, message_of(latest));
      if (json::array links = links_of(*latest.document); !links.empty()) span["links"] = std::move(links);
    }
    for (const TracedAttempt& attempt : task.attempts) add_attempt(task, attempt, task_span);
  }

  void add_attempt(const TracedTask& task, const TracedAttempt& attempt, const std::string& task_span) {
    if (attempt.end_ms == 0) return;
    Object& span = add(ids_.span_id("attempt", std::to_string(attempt.run_id)), task_span,
                       "attempt " + std::to_string(attempt.number), {attempt.start_ms, attempt.end_ms});
    const Spent spent = spent_by(*attempt.document, 0);
    Attributes attributes;
    attributes.add("cicd.pipeline.task.name", task.name->path);
    attributes.add_id("cicd.pipeline.task.run.id", attempt.run_id);
    attributes.add("cicd.pipeline.task.run.url.full", text(*attempt.document, "run_page_url"));
    attributes.add("cicd.pipeline.task.run.result", result_word(attempt.verdict, *attempt.document));
    attributes.add("databricks.attempt_number", number_or_zero(*attempt.document, "attempt_number"));
    attributes.add("databricks.cluster_id", text(object_in(*attempt.document, "cluster_instance"), "cluster_id"));
    attributes.add("databricks.queue_ms", spent.queue_ms);
    attributes.add("databricks.setup_ms", spent.setup_ms);
    attributes.add("databricks.execution_ms", spent.execution_ms);
    attributes.add("databricks.cleanup_ms", spent.cleanup_ms);
    add_outcome(attributes, attempt.verdict, *attempt.document);
    span["attributes"] = attributes.take();
    span["status"] = status_of(attempt.verdict, message_of(attempt));
    if (json::array events = exception_of(attempt); !events.empty()) span["events"] = std::move(events);
  }

  std::string message_of(const TracedAttempt& attempt) const {
    std::string error = is_error(attempt.verdict) && error_head_ ? error_head_(attempt.run_id) : std::string();
    return error.empty() ? std::string(text(object_in(*attempt.document, "state"), "state_message")) : error;
  }

  json::array exception_of(const TracedAttempt& attempt) const {
    const std::string error = is_error(attempt.verdict) && error_head_ ? error_head_(attempt.run_id) : std::string();
    if (error.empty()) return {};
    Attributes attributes;
    attributes.add("exception.type", exception_type(error));
    attributes.add("exception.message", error);
    return {Object{
        {"timeUnixNano", nanoseconds(attempt.end_ms)}, {"name", "exception"}, {"attributes", attributes.take()}}};
  }

  json::array links_of(const Object& task) const {
    json::array links;
    for (const json::value& item : array_in(task, "depends_on"))
      if (item.is_object())
        links.push_back(
            Object{{"traceId", trace_id_}, {"spanId", ids_.span_id("task", text(item.get_object(), "task_key"))}});
    return links;
  }

  const Handle& handle_;
  const Object& run_;
  const ErrorHead& error_head_;
  TraceIds ids_;
  std::string trace_id_;
  std::string parent_of_run_;
  std::vector<TracedTask> tasks_;
  json::array groups_;
  json::array spans_;
};

}  // namespace

Object otlp_of(const Handle& handle, const Object& run, const ErrorHead& error_head, const TraceWish& wish) {
  Attributes resource;
  resource.add("service.name", text(run, "run_name").empty() ? std::string_view(handle.name) : text(run, "run_name"));
  resource.add("service.namespace", "databricks");
  resource.add("server.address", host_name(handle.host));
  resource.add("databricks.workspace_id", handle.workspace_id);
  Object scope_spans{{"scope", Object{{"name", "brickwork"}, {"version", version()}}}};
  scope_spans["spans"] = Spans(handle, run, error_head, wish).take();
  Object resource_spans{{"resource", Object{{"attributes", resource.take()}}}};
  resource_spans["scopeSpans"] = json::array{std::move(scope_spans)};
  return Object{{"resourceSpans", json::array{std::move(resource_spans)}}};
}

}  // namespace brickwork::runs
