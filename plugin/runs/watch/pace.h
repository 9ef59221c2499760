#pragma once

#include "rest/client.h"
#include "runs/watch/task_times.h"
#include "runs/wire/fields.h"

namespace brickwork::runs {

// How often a watch wants its run looked at: between `least` and `most`, and `usual` while nothing speaks for either.
struct Pace {
  milliseconds least{1'000};
  milliseconds usual{5'000};
  milliseconds most{60'000};
  bool operator==(const Pace&) const = default;
};

// Of a request: `poll_ms` is a fixed interval, `interval_ms` {min, max} are the limits of one that adapts.
Result<Pace> pace_of(const Object& request);

// What is known about the end of a run. Two wall clocks, the server's and ours: where they differ, only the pace
// suffers.
struct Outlook {
  std::int64_t seen_ms = 0;       // first, by our clock
  std::int64_t started_ms = 0;    // 0: not known
  std::int64_t expected_ms = 0;   // how long earlier runs of its job took; 0: not known
  std::int64_t hot_until_ms = 0;  // something is about to end, up to then
  bool pushed = false;            // its end will be told by a webhook
  NextEnd next_end;               // of a task, as of the latest look
};

// Of a run's document: when it began, and whether few tasks remain that should not take much longer than those that
// ended. `expected_ms` is kept.
void look_out(Outlook& outlook, const Object& run, std::int64_t now_ms);

// The time between two looks: `least` while something is about to end; otherwise a sixtieth of the time that the run
// goes on already, so that a run of a day is not asked for every five seconds, within `usual` and `most`. A run whose
// end is pushed is looked at rarely. Never longer than until the moment from which the end is expected.
milliseconds interval(const Pace& pace, const Outlook& outlook, std::int64_t now_ms);

// The same for a watch that looks at its run by itself and so sees its tasks end, too: `least` where the next of them
// is expected to, and not before then while that is known of all that run.
milliseconds interval_of_looks(const Pace& pace, const Outlook& outlook, std::int64_t now_ms);

// The time that so many requests are worth when the watches of one workspace may have four fifths of its budget: no
// interval is shorter than what it costs.
milliseconds affordable(std::int64_t requests, const RestClient::Options& workspace);

// How long to wait after a look. Looks that fail in a row come more and more rarely; `chance` in [0, 1) keeps those who
// started together apart.
milliseconds pause(milliseconds interval, int failures, const Status& failure, double chance);

}  // namespace brickwork::runs
