#pragma once

#include "engine/loop.h"
#include "runs/fields.h"

namespace brickwork::runs {

// `poll_ms` of a request, within what is sensible.
milliseconds poll_interval(const Object& request);

// How long to wait after a look. Looks that fail in a row come more and more rarely; `chance` in [0, 1) keeps those who
// started together apart.
milliseconds pause(milliseconds interval, int failures, const Status& failure, double chance);

}  // namespace brickwork::runs
