#include "faults/command.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace brickwork::contract {

Command::Command(const LocalWorkspace& workspace, std::vector<std::string> arguments) {
  std::vector<std::string> words = {BRICKWORK_COMMAND};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> settings = {"DATABRICKS_HOST=" + workspace.url(), "DATABRICKS_TOKEN=" + workspace.token(),
                                       "HOME=" + workspace.directory().string(), "PATH=/usr/bin:/bin"};
  std::vector<char*> argv, environment;
  for (std::string& word : words) argv.push_back(word.data());
  for (std::string& setting : settings) environment.push_back(setting.data());
  argv.push_back(nullptr);
  environment.push_back(nullptr);

  const int log = open((workspace.directory() / "commands").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = fork();
  if (pid_ == 0) {  // only async-signal-safe calls: the library's thread may be running in the parent
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execve(argv[0], argv.data(), environment.data());
    _exit(127);
  }
  close(log);
}

Command::~Command() {
  if (pid_ > 0) wait();
}

int Command::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Command::kill_after(std::chrono::milliseconds delay) {
  pause(delay);
  ::kill(pid_, SIGKILL);
  wait();
}

std::string write_group(const LocalWorkspace& workspace, const boost::json::object& group) {
  static int number = 0;
  const std::string file = (workspace.directory() / ("group-" + std::to_string(++number) + ".json")).string();
  std::ofstream(file) << boost::json::serialize(group);
  return file;
}

void pause(std::chrono::milliseconds delay) { std::this_thread::sleep_for(delay); }

}  // namespace brickwork::contract
