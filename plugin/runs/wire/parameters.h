#pragma once

#include "runs/wire/fields.h"

namespace brickwork::runs {

// `parameters` of a request as job_parameters. They are texts for Databricks; a number or a truth value is written as
// JSON writes it.
Result<Object> job_parameters(const Object& request);

// All that a run is given: those of the request and those that the group has for this launch. One name in both is a
// mistake of whoever launches, because one of the values would be lost.
Result<Object> run_parameters(const Object& request, const Object& of_group);

}  // namespace brickwork::runs
