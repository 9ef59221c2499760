#pragma once

#include "runs/fields.h"

namespace brickwork::runs {

// `parameters` of a request as job_parameters. They are texts for Databricks; a number or a truth value is written as
// JSON writes it.
Result<Object> job_parameters(const Object& request);

}  // namespace brickwork::runs
