#include "runs/wire/missing.h"

namespace brickwork::runs {

bool is_missing(const Status& status) {
  if (status.ok()) return false;
  if (status.code() == Code::kNotFound || status->error_code == "RESOURCE_DOES_NOT_EXIST") return true;
  const bool says_so = status->message.find("does not exist") != std::string::npos ||
                       status->message.find("doesn't exist") != std::string::npos;
  return status->http_status == 400 && status->error_code == "INVALID_PARAMETER_VALUE" && says_so;
}

Status with_missing_as_not_found(Status status) {
  if (!is_missing(status) || status.code() == Code::kNotFound) return status;
  Fault fault = status.fault();
  fault.code = Code::kNotFound;
  fault.retryable = false;
  return Status(std::move(fault));
}

bool may_have_been_taken(const Status& status) {
  if (status.ok() || status->attempts == 0 || status->sent == false) return false;
  const bool refused = status->http_status >= 400 && status->http_status < 500;
  return !refused;
}

}  // namespace brickwork::runs
