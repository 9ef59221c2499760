#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace brickwork::local {

// posix_spawn's file actions and attributes, put together so that each error is seen.
class SpawnPlan {
 public:
  SpawnPlan();
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan();

  void put(int fd, int at);
  void work_in(const std::string& directory);
  // Throws std::system_error that names `command`.
  pid_t spawn(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment);

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace brickwork::local
