#include "boundary/error.h"

#include <memory>
#include <string>

struct bw_error {
  bw_status status;
  std::string message;
  std::string json;
};

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

struct Name {
  Code code;
  const char* text;
};
constexpr Name kNames[] = {
    {Code::kOk, "OK"},
    {Code::kCancelled, "CANCELLED"},
    {Code::kUnknown, "UNKNOWN"},
    {Code::kInvalidArgument, "INVALID_ARGUMENT"},
    {Code::kDeadlineExceeded, "DEADLINE_EXCEEDED"},
    {Code::kNotFound, "NOT_FOUND"},
    {Code::kAlreadyExists, "ALREADY_EXISTS"},
    {Code::kPermissionDenied, "PERMISSION_DENIED"},
    {Code::kResourceExhausted, "RESOURCE_EXHAUSTED"},
    {Code::kFailedPrecondition, "FAILED_PRECONDITION"},
    {Code::kAborted, "ABORTED"},
    {Code::kOutOfRange, "OUT_OF_RANGE"},
    {Code::kUnimplemented, "UNIMPLEMENTED"},
    {Code::kInternal, "INTERNAL"},
    {Code::kUnavailable, "UNAVAILABLE"},
    {Code::kDataLoss, "DATA_LOSS"},
    {Code::kUnauthenticated, "UNAUTHENTICATED"},
    {Code::kPending, "PENDING"},
    {Code::kForked, "FORKED"},
};

// What stands behind an error that needed no memory. No bw_error: an object with a destructor would be torn down at
// exit while another thread still reads it.
struct Immortal {
  std::string_view message;
  std::string_view json;
};
constexpr Immortal kOutOfMemory = {
    "there is no memory for this call; it changed nothing, try it again",
    R"({"code":8,"status":"RESOURCE_EXHAUSTED","message":"there is no memory for this call; it changed nothing, )"
    R"(try it again","attempts":0,"retryable":true,"error_code":"OUT_OF_MEMORY"})"};
constexpr Immortal kLostOutcome = {
    "the operation is over, but there is no memory for its outcome; on Databricks it may have happened",
    R"({"code":8,"status":"RESOURCE_EXHAUSTED","message":"the operation is over, but there is no memory for its )"
    R"(outcome; on Databricks it may have happened","attempts":0,"retryable":false,)"
    R"("error_code":"OPERATION_OUT_OF_MEMORY","sent":"unknown"})"};

bw_error* as_error(const Immortal& immortal) { return reinterpret_cast<bw_error*>(const_cast<Immortal*>(&immortal)); }

const Immortal* immortal(const bw_error* error) {
  for (const Immortal* each : {&kOutOfMemory, &kLostOutcome})
    if (as_error(*each) == error) return each;
  return nullptr;
}

bw_text text(std::string_view view) { return {view.data(), view.size()}; }

json::object fault_json(const Fault& fault) {
  json::object document{{"code", static_cast<std::int32_t>(fault.code)},
                        {"status", status_name(static_cast<bw_status>(fault.code))},
                        {"message", fault.message},
                        {"attempts", fault.attempts},
                        {"retryable", fault.retryable}};
  const auto add_text = [&document](const char* name, const std::string& value) {
    if (!value.empty()) document[name] = value;
  };
  add_text("pointer", fault.pointer);
  add_text("error_code", fault.error_code);
  add_text("request_id", fault.request_id);
  add_text("operation", fault.operation);
  if (fault.http_status != 0) document["http_status"] = fault.http_status;
  if (fault.retry_after) document["retry_after_ms"] = fault.retry_after->count();
  // Without a request the question does not arise; with one, not to know is an answer.
  if (fault.sent) {
    document["sent"] = *fault.sent;
  } else if (!fault.operation.empty()) {
    document["sent"] = "unknown";
  }
  if (!fault.findings.empty()) {
    json::array findings;
    for (const Finding& finding : fault.findings) findings.push_back(finding_json(finding));
    document["findings"] = std::move(findings);
  }
  return document;
}

}  // namespace

const char* status_name(bw_status status) noexcept {
  for (const Name& name : kNames)
    if (static_cast<bw_status>(name.code) == status) return name.text;
  return "UNKNOWN_STATUS";
}

json::object finding_json(const Finding& finding) {
  return {{"severity", finding.severity == Finding::Severity::kError ? "error" : "warning"},
          {"pointer", finding.pointer},
          {"rule", finding.rule},
          {"message", finding.message},
          {"fix", finding.fix}};
}

bw_error* make_error(const Status& status) {
  auto error = std::make_unique<bw_error>();
  error->status = static_cast<bw_status>(status.code());
  error->message = status->message;
  error->json = json::serialize(fault_json(status.fault()));
  return error.release();
}

bw_error* out_of_memory_error() noexcept { return as_error(kOutOfMemory); }

bw_error* lost_outcome_error() noexcept { return as_error(kLostOutcome); }

bw_status error_status(const bw_error* error) noexcept {
  if (error == nullptr) return BW_OK;
  return immortal(error) ? BW_RESOURCE_EXHAUSTED : error->status;
}

void error_message(const bw_error* error, bw_text* message) noexcept {
  if (message == nullptr) return;
  if (error == nullptr) {
    *message = text("");
  } else if (const Immortal* always = immortal(error)) {
    *message = text(always->message);
  } else {
    *message = text(error->message);
  }
}

void error_json(const bw_error* error, bw_text* json) noexcept {
  if (json == nullptr) return;
  if (error == nullptr) {
    *json = text("{}");
  } else if (const Immortal* always = immortal(error)) {
    *json = text(always->json);
  } else {
    *json = text(error->json);
  }
}

void free_error(bw_error* error) noexcept {
  if (!immortal(error)) delete error;
}

}  // namespace brickwork::boundary
