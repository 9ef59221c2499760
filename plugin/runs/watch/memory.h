#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "runs/watch/watching.h"
#include "runs/wire/recent.h"

namespace brickwork::runs {

// A saved job as this process last saw it.
struct KnownJob {
  std::int64_t job_id = 0;
  std::string digest;  // value of its tag brickwork_digest
  Instant seen{};
};

// The sign of life of a launcher, and since when a sweep has seen no other.
struct SeenLease {
  std::int64_t changed_ns = 0;
  Instant since{};
};

// What the operations of one client share and may lose at any time: every entry only saves a request.
struct Memory {
  Recent<std::string, KnownJob> jobs{1'000};                                  // by job name
  Recent<std::string, std::int64_t> runs{10'000};                             // run id by idempotency token
  Recent<std::int64_t, std::shared_ptr<const boost::json::object>> ended{4};  // runs as last seen, by run id
  std::map<std::string, SeenLease> leases;                                    // by file; see sweep.cc
  std::uint64_t launches = 0;

  // What this client's watches share with those of other clients of the same login; see watching.h. Read it through
  // `watching_of`, which follows a login that changes.
  std::shared_ptr<Watching> watching = std::make_shared<Watching>();
  std::shared_ptr<Watchings> watchings;  // of the process; null: this client shares with nobody
};

}  // namespace brickwork::runs
