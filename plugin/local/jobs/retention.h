#pragma once

#include "local/jobs/clock.h"
#include "local/jobs/scheduler.h"

namespace brickwork::local {

// Forgets runs that ended more than so many days ago, now and every hour.
void forget_old_runs(Scheduler& scheduler, Clock& clock, int days);

}  // namespace brickwork::local
