#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace brickwork {

// gRPC's numbers, as the C ABI hands them out; 64 and up are ours. A retired number is never used again.
enum class Code : std::int32_t {
  kOk = 0,
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
  kUnauthenticated = 16,
  kPending = 64,
  kForked = 65,
};

// One thing that is wrong with a document. All of them are found before the first is reported.
struct Finding {
  enum class Severity { kError, kWarning };

  Severity severity = Severity::kError;
  std::string pointer;  // RFC 6901, into the document as the host sent it
  std::string rule;     // stable name a program can match, such as "unknown_dependency"
  std::string message;  // what is wrong, with the values at hand
  std::string fix;      // what to write instead
};

// Everything a caller can act on. No member ever holds a secret: errors are shown, logged and stored by hosts.
struct Fault {
  Code code = Code::kInternal;
  std::string message;     // one sentence with the way out
  std::string pointer;     // RFC 6901, into the document at fault; empty when none is
  std::string error_code;  // Databricks' own word, such as RESOURCE_DOES_NOT_EXIST
  std::string request_id;  // x-request-id of the last answer
  std::string operation;   // "POST /api/2.2/jobs/run-now"; empty when nothing was sent
  int http_status = 0;     // 0 when there was no answer
  int attempts = 0;        // requests sent, 0 when none
  bool retryable = false;  // the same call may succeed later
  std::optional<std::chrono::milliseconds> retry_after;
  std::optional<bool> sent;       // for what starts something: whether the server may have taken it; empty: unknown
  std::vector<Finding> findings;  // for documents: every finding, the first of which is `message`
};

// One null pointer when all is well, so the good path costs nothing and copies are cheap.
class [[nodiscard]] Status {
 public:
  Status() = default;
  explicit Status(Fault fault) : fault_(std::make_shared<const Fault>(std::move(fault))) {}

  bool ok() const { return fault_ == nullptr; }
  Code code() const { return ok() ? Code::kOk : fault_->code; }
  const Fault& fault() const { return *fault_; }            // only when !ok()
  const Fault* operator->() const { return fault_.get(); }  // only when !ok()

 private:
  std::shared_ptr<const Fault> fault_;
};

// The common case: a code and a sentence.
inline Status failure(Code code, std::string message, std::string pointer = {}) {
  Fault fault;
  fault.code = code;
  fault.message = std::move(message);
  fault.pointer = std::move(pointer);
  return Status(std::move(fault));
}

// A value or the reason why there is none. Asking for the value of a failed result is a bug in the caller and throws.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Status status) : state_(std::move(status)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  T& value() { return std::get<T>(state_); }
  const T& value() const { return std::get<T>(state_); }
  Status status() const { return ok() ? Status() : std::get<Status>(state_); }

 private:
  std::variant<T, Status> state_;
};

}  // namespace brickwork
