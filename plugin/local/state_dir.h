#pragma once

#include <filesystem>
#include <string>

#include "local/store.h"

namespace brickwork::local {

struct StateOptions {
  std::string directory;  // empty: $XDG_STATE_HOME/brickwork-local
  bool ephemeral = false;
  std::string token_file;  // empty: <directory>/token
};

// The token in `file`; when there is no such file one is made and written there, mode 0600.
std::string token_of_file(const std::filesystem::path& file);

// The directory that holds everything of one workspace, locked against a second server.
class StateDir {
 public:
  explicit StateDir(const StateOptions& options);
  StateDir(const StateDir&) = delete;
  StateDir& operator=(const StateDir&) = delete;
  ~StateDir();  // removes the directory when it was ephemeral

  const std::filesystem::path& directory() const { return directory_; }
  const std::filesystem::path& token_file() const { return token_file_; }
  const std::string& token() const { return token_; }
  std::int64_t workspace_id(Store& store) const;  // made once, then kept

 private:
  std::filesystem::path directory_;
  std::filesystem::path token_file_;
  std::string token_;
  bool ephemeral_ = false;
  int lock_ = -1;
};

}  // namespace brickwork::local
