#include "exit_status.h"

namespace brickwork::cli {

int exit_status_of(bw_status status) {
  switch (status) {
    case BW_OK:
      return kDone;
    case BW_CANCELLED:
      return kInterrupted;
    case BW_INVALID_ARGUMENT:
    case BW_NOT_FOUND:
    case BW_ALREADY_EXISTS:
    case BW_FAILED_PRECONDITION:
    case BW_OUT_OF_RANGE:
    case BW_UNIMPLEMENTED:
      return kWrongCommandOrDocument;
    case BW_UNAUTHENTICATED:
    case BW_PERMISSION_DENIED:
      return kLoginOrPermission;
    case BW_UNAVAILABLE:
    case BW_DEADLINE_EXCEEDED:
    case BW_RESOURCE_EXHAUSTED:
    case BW_ABORTED:
      return kUnavailable;
    default:
      return kOurFault;
  }
}

int exit_status_of_verdict(std::string_view verdict) {
  // Databricks itself counts a run whose leaves all succeeded as a success, whatever failed and was handled inside.
  const bool fine = verdict == "succeeded" || verdict == "succeeded_with_failures" || verdict == "running";
  return fine ? kDone : kRunDidNotSucceed;
}

}  // namespace brickwork::cli
