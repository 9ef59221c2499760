#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace brickwork::contract {

// brickwork-local as a child of the test: started, killed and started again by its pid. It dies with the test.
class LocalWorkspace {
 public:
  // `more` goes behind --state, --port, --python and --faults on its command line.
  explicit LocalWorkspace(std::vector<std::string> more = {});
  ~LocalWorkspace();
  LocalWorkspace(const LocalWorkspace&) = delete;
  LocalWorkspace& operator=(const LocalWorkspace&) = delete;

  const std::string& url() const { return url_; }
  std::string token() const;
  const std::filesystem::path& directory() const { return directory_; }  // for files of the test

  void kill();   // SIGKILL: no chance to write anything
  void start();  // again, with the same state, on the same port

 private:
  void read_ready_line(int out);
  void end(int signal);

  std::filesystem::path directory_;
  std::vector<std::string> more_;
  std::string url_;
  std::string token_file_;
  std::string port_ = "0";
  pid_t pid_ = -1;
};

}  // namespace brickwork::contract
