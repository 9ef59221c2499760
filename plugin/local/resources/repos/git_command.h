#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace brickwork::local {

// What git said, in a line or some.
class GitError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// This machine's git for one repository whose own files and whose work tree are in two places. Neither a shell nor a
// hook is started. Blocks its thread, so it is for requests and not for loops.
class GitCommand {
 public:
  // `config` reaches git by its environment, which only its own user may read.
  GitCommand(std::filesystem::path git_dir, std::filesystem::path work_tree, std::chrono::seconds longest,
             const std::map<std::string, std::string>& config);

  // What it printed. Throws GitError when it failed, or took too long and was ended.
  std::string run(const std::vector<std::string>& arguments) const;

 private:
  std::filesystem::path git_dir_;
  std::filesystem::path work_tree_;
  std::chrono::seconds longest_;
  std::vector<std::string> environment_;
};

}  // namespace brickwork::local
