#include "local/execution/spawn.h"

#include <signal.h>

#include <system_error>

namespace brickwork::local {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> found;
  found.reserve(texts.size() + 1);
  for (const std::string& text : texts) found.push_back(const_cast<char*>(text.c_str()));
  found.push_back(nullptr);
  return found;
}

}  // namespace

SpawnPlan::SpawnPlan() {
  posix_spawn_file_actions_init(&actions_);
  posix_spawnattr_init(&attributes_);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  // The server ignores SIGPIPE and may block signals; what it starts begins with everything as usual.
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setsigdefault(&attributes_, &all);
  posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

SpawnPlan::~SpawnPlan() {
  posix_spawn_file_actions_destroy(&actions_);
  posix_spawnattr_destroy(&attributes_);
}

void SpawnPlan::put(int fd, int at) { posix_spawn_file_actions_adddup2(&actions_, fd, at); }

void SpawnPlan::work_in(const std::string& directory) {
  posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
}

pid_t SpawnPlan::spawn(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
  std::vector<std::string> variables;
  variables.reserve(environment.size());
  for (const auto& [name, value] : environment) variables.push_back(std::string(name).append("=").append(value));
  const auto argv = pointers(command);
  const auto envp = pointers(variables);
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[0], &actions_, &attributes_, argv.data(), envp.data());
  if (error != 0) {
    std::string text = "cannot start";
    for (const std::string& word : command) text += " " + word;
    throw std::system_error(error, std::generic_category(), text);
  }
  return pid;
}

}  // namespace brickwork::local
