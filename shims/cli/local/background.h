#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace brickwork::cli {

// A brickwork-local that was started by `brickwork local start`, as its ready line described it.
struct Background {
  pid_t pid = 0;
  std::string started;  // the kernel's start time of that pid, so that another process is never taken for it
  std::string url;
  std::string token_file;
};

// Where the workspace on this machine keeps its state when no directory is named.
std::filesystem::path default_state_directory();

// The one that runs over this state directory; nothing when none does, whatever a file from before says.
std::optional<Background> running_background(const std::filesystem::path& state);

// Starts one with these extra arguments and returns once it is ready. Throws Stop with what it said when it was not.
Background start_background(const std::filesystem::path& state, const std::vector<std::string>& arguments);

// Asks it to end and waits; ends it by force when it does not. False when none ran.
bool stop_background(const std::filesystem::path& state);

}  // namespace brickwork::cli
