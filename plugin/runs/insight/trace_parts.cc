#include "runs/insight/trace_parts.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "engine/sha256.h"
#include "runs/state/attempts.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

bool is_hex(std::string_view digits, std::size_t length) {
  return digits.size() == length && digits.find_first_not_of("0123456789abcdef") == digits.npos;
}

bool is_uuid(std::string_view id) {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : std::string_view("0123456789abcdefABCDEF").find(id[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

// version-traceid-spanid-flags, as W3C Trace Context has it; later versions may append.
Status read_traceparent(std::string_view header, TraceWish& wish) {
  const bool whole = header.size() == 55 || (header.size() > 55 && header[55] == '-' && !header.starts_with("00"));
  const std::string_view trace_id = whole ? header.substr(3, 32) : "";
  const std::string_view span_id = whole ? header.substr(36, 16) : "";
  const bool shaped = whole && is_hex(header.substr(0, 2), 2) && !header.starts_with("ff") && header[2] == '-' &&
                      header[35] == '-' && header[52] == '-' && is_hex(header.substr(53, 2), 2);
  if (!shaped || !is_hex(trace_id, 32) || !is_hex(span_id, 16) || trace_id.find_first_not_of('0') == trace_id.npos ||
      span_id.find_first_not_of('0') == span_id.npos)
    return failure(Code::kInvalidArgument,
                   "`traceparent` has to be a header of W3C Trace Context, such as "
                   "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                   "/traceparent");
  wish.trace_id = trace_id;
  wish.parent_span_id = span_id;
  return Status();
}

Status check_parent(const Object& lineage) {
  if (!lineage.contains("parent")) return Status();
  const Object& parent = object_in(lineage, "parent");
  if (!is_uuid(text(parent, "run_id")))
    return failure(Code::kInvalidArgument, "`run_id` of a lineage parent has to be a UUID", "/lineage/parent/run_id");
  for (const std::string_view name : {"namespace", "name"})
    if (text(parent, name).empty())
      return failure(Code::kInvalidArgument, "`" + std::string(name) + "` of a lineage parent is missing",
                     "/lineage/parent/" + std::string(name));
  return Status();
}

Status check_lineage(const Object& request) {
  const json::value* given = request.if_contains("lineage");
  if (given != nullptr && !given->is_object())
    return failure(Code::kInvalidArgument, "`lineage` has to be an object", "/lineage");
  const Object& lineage = object_in(request, "lineage");
  // Year 9999 ends what ISO 8601 can say in four digits.
  static constexpr std::int64_t kLast = 253'402'300'799'999;
  for (const std::string_view name : {"nominal_start_time_ms", "nominal_end_time_ms"}) {
    const std::int64_t time = lineage.contains(name) ? whole_number(lineage, name).value_or(-1) : 0;
    if (time < 0 || time > kLast)
      return failure(Code::kInvalidArgument, "`" + std::string(name) + "` has to be Unix time in milliseconds",
                     "/lineage/" + std::string(name));
  }
  if (lineage.contains("nominal_end_time_ms") && !lineage.contains("nominal_start_time_ms"))
    return failure(Code::kInvalidArgument, "`nominal_end_time_ms` needs a `nominal_start_time_ms`",
                   "/lineage/nominal_end_time_ms");
  return check_parent(lineage);
}

}  // namespace

TraceIds::TraceIds(const Handle& handle)
    : seed_(std::string(host_name(handle.host)) + "|" + std::to_string(handle.run_id)) {}

std::string TraceIds::trace_id() const { return sha256_hex("trace|" + seed_).substr(0, 32); }

std::string TraceIds::span_id(std::string_view kind, std::string_view name) const {
  return sha256_hex(std::string(kind) + "|" + seed_ + "|" + std::string(name)).substr(0, 16);
}

std::string TraceIds::lineage_run_id(std::string_view kind, std::int64_t run_id) const {
  std::string hex = sha256_hex("lineage|" + std::string(kind) + "|" + seed_ + "|" + std::to_string(run_id));
  hex[12] = '8';                                                                // version: made by a rule of its own
  hex[16] = "89ab"[(hex[16] <= '9' ? hex[16] - '0' : hex[16] - 'a' + 10) & 3];  // variant
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20, 12);
}

Result<TraceWish> trace_wish(const Object& request) {
  TraceWish wish;
  const std::string_view format = text(request, "format");
  if (request.contains("format") && format != "otlp" && format != "openlineage")
    return failure(Code::kInvalidArgument, R"(`format` has to be "otlp" or "openlineage")", "/format");
  if (format == "openlineage") wish.format = TraceWish::Format::kOpenLineage;
  if (request.contains("traceparent"))
    if (Status status = read_traceparent(text(request, "traceparent"), wish); !status.ok()) return status;
  if (Status status = check_lineage(request); !status.ok()) return status;
  wish.lineage = object_in(request, "lineage");
  return wish;
}

std::string iso_time(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(unix_ms)};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 40> buffer{};
  const int length =
      std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return {buffer.data(), static_cast<std::size_t>(length)};
}

std::string_view host_name(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#"));
}

std::vector<TracedTask> traced_tasks(const Handle& handle, const Object& run) {
  const auto attempts = attempts_by_key(run);
  std::vector<TracedTask> tasks;
  for (const auto& name : handle.tasks) {
    const auto found = attempts.find(name.task_key);
    if (found == attempts.end()) continue;
    TracedTask task{.name = &name, .attempts = {}};
    std::int64_t number = 0;
    for (const Object* document : found->second) {
      TracedAttempt attempt{.document = document,
                            .run_id = number_or_zero(*document, "run_id"),
                            .number = ++number,
                            .start_ms = number_or_zero(*document, "start_time"),
                            .end_ms = 0,
                            .verdict = task_verdict(*document)};
      if (attempt.start_ms <= 0) continue;
      if (ended(*document)) attempt.end_ms = std::max(attempt.start_ms, number_or_zero(*document, "end_time"));
      task.attempts.push_back(attempt);
    }
    const std::string_view verdict = task_verdict(*found->second.back());
    const bool may_be_retried = !ended(run) && (verdict == "failed" || verdict == "timed_out");
    task.ended = ended(*found->second.back()) && !may_be_retried;
    tasks.push_back(std::move(task));
  }
  return tasks;
}

}  // namespace brickwork::runs
