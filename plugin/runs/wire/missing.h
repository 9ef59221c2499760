#pragma once

#include "engine/status.h"

namespace brickwork::runs {

// Databricks says that a job or run is not there in three ways: 404, RESOURCE_DOES_NOT_EXIST, and for jobs and runs
// most often 400 INVALID_PARAMETER_VALUE "Run N does not exist.".
bool is_missing(const Status& status);

// The same status, as NOT_FOUND when it says so in any of these ways.
Status with_missing_as_not_found(Status status);

// Whether the server may have taken a request that starts something although no good answer came back. Then the only
// right next step is to look.
bool may_have_been_taken(const Status& status);

}  // namespace brickwork::runs
