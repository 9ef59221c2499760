#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine/loop.h"
#include "runs/state/handle.h"

namespace brickwork::runs {

// Where the launchers of runs that must not outlive them leave a sign of life, and how often at least.
struct LeaseTerms {
  std::filesystem::path directory;
  milliseconds longest{60'000};  // that a live launcher is silent
};

// `lease` of a request; nothing when it has none.
Result<std::optional<LeaseTerms>> lease_terms(const Object& request);

// A file beside those of other runs, with the handle in it, whose time of change is set anew while this lives. Gone
// with the process, the file stays as it is, and whoever sees that for long enough may end the run. Blocks for the
// moment of a write, on the loop's thread.
class Lease {
 public:
  static Result<std::unique_ptr<Lease>> take(Loop& loop, LeaseTerms terms, const Handle& handle);
  ~Lease();  // the launcher is done with the run: takes the file away
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

 private:
  Lease(Loop& loop, LeaseTerms terms, std::filesystem::path file);
  void renew_later();

  Loop& loop_;
  LeaseTerms terms_;
  std::filesystem::path file_;
  Loop::Id timer_ = 0;
};

// A lease as a sweep finds it.
struct FoundLease {
  std::filesystem::path file;
  std::int64_t changed_ns = 0;  // compared for equality only: by which clock does not matter
  milliseconds longest{0};
  Object handle;
};

// All leases of a directory, by name; files that are none are left out.
Result<std::vector<FoundLease>> leases_in(const std::filesystem::path& directory);

// The present sign of life; nothing when the file is gone.
std::optional<std::int64_t> sign_of_life(const std::filesystem::path& file);

}  // namespace brickwork::runs
