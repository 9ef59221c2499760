#pragma once

#include "runs/state/handle.h"

namespace brickwork::runs {

// What a trace and lineage events are both made of. Ids are digests of the workspace and of Databricks' own ids: asked
// twice, or by two hosts, a span and a lineage run are the same.
struct TraceIds {
  explicit TraceIds(const Handle& handle);

  std::string trace_id() const;                                                  // 32 hex digits
  std::string span_id(std::string_view kind, std::string_view name) const;       // 16 hex digits
  std::string lineage_run_id(std::string_view kind, std::int64_t run_id) const;  // a UUID

 private:
  std::string seed_;
};

// The wish of a request for run.trace.
struct TraceWish {
  enum class Format : std::uint8_t { kOtlp, kOpenLineage };
  Format format = Format::kOtlp;
  std::string trace_id;        // of the host's trace that the run is part of; empty: its own
  std::string parent_span_id;  // with it
  Object lineage;              // namespace, parent, nominal times: checked
};
Result<TraceWish> trace_wish(const Object& request);

// "2026-11-21T16:50:00.123Z"
std::string iso_time(std::int64_t unix_ms);

// "adb-1.2.azuredatabricks.net" of its URL.
std::string_view host_name(std::string_view url);

// One attempt of a task, in the words of its state.
struct TracedAttempt {
  const Object* document = nullptr;
  std::int64_t run_id = 0;
  std::int64_t number = 1;  // 1 is the first
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;  // 0: it goes on
  std::string_view verdict;
};
struct TracedTask {
  const group::CompiledTask* name = nullptr;
  std::vector<TracedAttempt> attempts;  // those that have a start time
  bool ended = false;                   // no attempt can follow but one of a repair
};
std::vector<TracedTask> traced_tasks(const Handle& handle, const Object& run);

}  // namespace brickwork::runs
