#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/signal.h"
#include "engine/status.h"
#include "rest/client.h"
#include "runs/watch/pace.h"
#include "runs/wire/recent.h"

namespace brickwork::runs {

struct Watching;
struct Memory;

// A pace, and how many watchers ask for it.
struct Wish {
  Pace pace;
  int watchers = 0;
};

// The looks at one run that several watches share: one of them asks, all get the answer.
struct Sweep {
  Sweep(std::shared_ptr<Watching> of, std::int64_t run) : watching(std::move(of)), run_id(run) {}
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;
  ~Sweep();

  const std::shared_ptr<Watching> watching;
  const std::int64_t run_id;
  int watchers = 0;
  bool under_way = false;
  bool asked = false;                              // a webhook asks for a look that was not sent yet
  bool end_was_pushed = false;                     // a webhook told the end of this run
  bool needs_history = false;                      // a watcher waits for a repair, which no list shows
  std::uint64_t number = 0;                        // counts outcomes, so that a watch knows which it has seen
  Instant answered{};                              // when the latest outcome came
  Status failure;                                  // of the latest look
  std::shared_ptr<const boost::json::object> run;  // of the latest that found it, until its watchers have seen it
  std::uint64_t run_number = 0;                    // of that outcome
  Signal done;

  std::int64_t reported_end_ms = 0;  // the end that the watchers of a crowd were told of
  std::int64_t pages = 1;            // requests of a look
  Outlook outlook;                   // when an end is to be expected
  std::vector<Wish> wishes;          // what the watchers ask for; nearly always one
};

void add_wish(Sweep& sweep, const Pace& pace);
void remove_wish(Sweep& sweep, const Pace& pace);

// The shortest interval that one of its watchers asks for.
milliseconds interval(const Sweep& sweep, std::int64_t now_ms);

// The runs that go on, shown once by the list of active runs, a few pages in each sweep; what no page shows is looked
// at by itself. See crowd_round.h.
struct Round {
  Instant ended{};                          // when the latest one was through
  bool lacks_states = false;                // some have none yet
  bool under_way = false;                   // pages are read
  std::string token;                        // of the next page; empty: the first
  std::size_t pages_left = 0;               // no more than looks would cost
  std::unordered_set<std::int64_t> unseen;  // run ids that no page has shown yet
  std::vector<std::int64_t> to_look;        // run ids that only a look can show
  std::vector<std::int64_t> missing;        // run ids that should be in the list, and are not
};

// The watches of many runs: one of the operations that wait looks for all of them. See crowd.h.
struct Crowd {
  enum class Plan : std::uint8_t { kCompleted, kActive };
  static constexpr std::int64_t kNone = -1;

  bool swept = false;      // somebody does it
  bool apart = true;       // each looks for itself, and knows
  bool gathering = false;  // somebody lists the active runs for those that have no state yet
  std::uint64_t gathered = 0;
  int fresh = 0;         // watches without a first state
  int task_watches = 0;  // watches that wait for tasks: those are in no list of ends
  Plan plan = Plan::kCompleted;
  std::string reason;                 // why the plan is not the first one
  Instant refused_until{};            // no lists before: every run is looked at by itself
  Instant due{};                      // the next sweep
  int failures = 0;                   // sweeps that failed in a row
  bool has_failures = false;          // somebody was told of one, and not yet that it is over
  milliseconds shortest{0};           // interval that anybody asks for
  Instant shortest_until{};           // and when to find out anew
  std::int64_t watermark_ms = kNone;  // the latest end of a run that a sweep has seen, by the server's clock
  std::int64_t begun_ms = kNone;      // runs began here at or after it, of which nobody has asked yet
  std::uint64_t begun = 0;            // counts these
  Instant late_until{};               // ends come into the list late: each sweep reads further than its watermark
  Round round;
};

// A run that this process started, and surely no other before it.
struct Begun {
  std::int64_t ms = 0;  // it began no earlier, by the server's clock
  Instant at{};
};

// All watches of one login, whichever clients of the process they belong to. It belongs to whoever watches: it goes
// with the last client that knows it. Nobody sweeps for it but the watches themselves, one for all and with its own
// client, so a client that is closed while it sweeps only hands over. The loop's thread only.
struct Watching {
  std::string login;                                       // RestClient::login; empty: of one client
  std::map<std::int64_t, std::weak_ptr<Sweep>> sweeps;     // by run id, while somebody watches
  Recent<std::int64_t, std::string> error_heads{1'000};    // by task run id
  Recent<std::int64_t, std::int64_t> durations_ms{1'000};  // of a job's runs that succeeded, by job id
  Recent<std::int64_t, TaskTimes> task_times{100};         // of such runs, by job id
  Recent<std::int64_t, bool> pushed_jobs{1'000};           // whose runs' ends webhooks told, by job id
  Recent<std::int64_t, Begun> begun{10'000};               // by run id
  Crowd crowd;
};

// Whoever watches that run soon need not ask whether it ended before.
void note_begun(Watching& watching, std::int64_t run_id, std::int64_t begun_ms, Instant now);

// Those of a process, by login.
class Watchings {
 public:
  std::shared_ptr<Watching> of(const std::string& login);

 private:
  std::map<std::string, std::weak_ptr<Watching>> known_;
};

// The one that a watch of this client belongs to now. A token that is replaced by one of somebody else changes it.
std::shared_ptr<Watching> watching_of(Memory& memory, const RestClient& client);

// Whether what this client was just told may be told to all of `watching`: only when its login was known and is theirs.
// Its lack of a token is not their affair either.
bool speaks_for(const RestClient& client, const Watching& watching);

// What those who watch one run share. Lives while one of them holds it.
std::shared_ptr<Sweep> shared_sweep(const std::shared_ptr<Watching>& watching, std::int64_t run_id);

// Null when nobody watches that run.
std::shared_ptr<Sweep> watched(const Watching& watching, std::int64_t run_id);

// Everybody who is watched now. A copy: whoever is told may end, and leave.
std::vector<std::shared_ptr<Sweep>> all_watched(const Watching& watching);

}  // namespace brickwork::runs
