#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "local/jobs/page.h"
#include "local/jobs/run.h"
#include "local/store.h"

namespace brickwork::local {

struct Job {
  std::int64_t job_id = 0;
  std::int64_t created_time = 0;
  std::string creator_user_name;
  SharedObject settings;
};

// Whose permissions the tasks of the job have: what its settings say, else its creator's.
std::string run_as(const Job& job);

class JobStore {
 public:
  explicit JobStore(Store& store);

  void insert(const Job& job);
  bool replace_settings(std::int64_t job_id, const boost::json::object& settings);  // false: no such job
  bool remove(std::int64_t job_id);
  std::optional<Job> find(std::int64_t job_id);
  std::vector<Job> all();
  // Newest first (a page that is read backward: oldest first) and one more than its limit; `name` is exact but for
  // case.
  std::vector<Job> list(const std::optional<std::string>& name, const ListPage& page);

 private:
  Store& store_;
};

}  // namespace brickwork::local
