#include "runs/state/termination.h"

#include <algorithm>

namespace brickwork::runs {
namespace {

using enum FailureClass;

// https://docs.databricks.com/api/workspace/jobs/getrun, termination_details.code
constexpr Termination kTerminations[] = {
    {"SUCCESS", kNone, "succeeded"},
    {"SUCCESS_WITH_FAILURES", kNone, "succeeded_with_failures"},
    {"USER_CANCELED", kNone, "canceled"},
    {"CANCELED", kNone, "canceled"},
    {"SKIPPED", kNone, "skipped"},
    {"DISABLED", kNone, "disabled"},
    {"RUN_EXECUTION_ERROR", kUserCode},
    {"INTERNAL_ERROR", kPlatform},
    {"DRIVER_ERROR", kCluster},
    {"CLUSTER_ERROR", kCluster},
    {"CLUSTER_TERMINATED_BY_USER", kCluster},
    {"CLOUD_FAILURE", kCluster},
    // Asking for the same impossible cluster again cannot end better.
    {"INVALID_CLUSTER_REQUEST", kUserCode},
    {"CLUSTER_REQUEST_LIMIT_EXCEEDED", kQuota},
    {"WORKSPACE_RUN_LIMIT_EXCEEDED", kQuota},
    {"MAX_CONCURRENT_RUNS_EXCEEDED", kQuota, "skipped"},
    {"MAX_JOB_QUEUE_SIZE_EXCEEDED", kQuota},
    {"MAX_SPARK_CONTEXTS_EXCEEDED", kQuota},
    {"BUDGET_POLICY_LIMIT_EXCEEDED", kQuota},
    {"LIBRARY_INSTALLATION_ERROR", kLibrary},
    // Both are often a service of others that is away for a while.
    {"REPOSITORY_CHECKOUT_FAILED", kPlatform},
    {"STORAGE_ACCESS_ERROR", kPlatform},
    {"RESOURCE_NOT_FOUND", kUserCode},
    {"UNAUTHORIZED_ERROR", kUserCode},
    {"INVALID_RUN_CONFIGURATION", kUserCode},
    {"FEATURE_DISABLED", kUserCode},
    {"BREAKING_CHANGE", kUserCode},
};

}  // namespace

const Termination* find_termination(std::string_view code) {
  const auto* found = std::find_if(std::begin(kTerminations), std::end(kTerminations),
                                   [code](const Termination& termination) { return termination.code == code; });
  return found == std::end(kTerminations) ? nullptr : found;
}

FailureClass failure_class(const Object& ended) {
  const Object& details = object_in(object_in(ended, "status"), "termination_details");
  if (const Termination* termination = find_termination(text(details, "code"))) {
    // A task whose own code failed on a cloud that failed is the cloud's.
    const bool by_cloud = termination->failure_class == kUserCode && text(details, "type") == "CLOUD_FAILURE";
    return by_cloud ? kCluster : termination->failure_class;
  }
  const std::string_view type = text(details, "type");
  if (type == "CLOUD_FAILURE") return kCluster;
  if (type == "INTERNAL_ERROR") return kPlatform;
  return kUserCode;
}

std::string_view name_of(FailureClass failure_class) {
  switch (failure_class) {
    case kNone:
      return "none";
    case kCluster:
      return "cluster";
    case kPlatform:
      return "platform";
    case kQuota:
      return "quota";
    case kLibrary:
      return "library";
    case kUserCode:
      return "user_code";
  }
  return "none";
}

}  // namespace brickwork::runs
