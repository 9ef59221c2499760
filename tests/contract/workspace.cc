#include "contract/workspace.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace brickwork::contract {
namespace {

constexpr int kStartMs = 60'000;  // under a sanitizer on a busy machine

std::filesystem::path new_directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "brickwork-contract-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  return pattern;
}

}  // namespace

LocalWorkspace::LocalWorkspace(std::vector<std::string> more) : directory_(new_directory()), more_(std::move(more)) {
  start();
}

LocalWorkspace::~LocalWorkspace() {
  end(SIGTERM);
  std::ifstream in(directory_ / "log");
  const std::string log(std::istreambuf_iterator<char>(in), {});
  for (const char* report :
       {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:"})
    if (log.find(report) != log.npos) ADD_FAILURE() << log;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string LocalWorkspace::token() const {
  std::ifstream in(token_file_);
  std::string token;
  std::getline(in, token);
  return token;
}

void LocalWorkspace::kill() { end(SIGKILL); }

void LocalWorkspace::start() {
  std::vector<std::string> words = {BRICKWORK_LOCAL,  "--state",  (directory_ / "state").string(),
                                    "--port",         port_,      "--python",
                                    BRICKWORK_PYTHON, "--faults", "-"};
  words.insert(words.end(), more_.begin(), more_.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  int out[2];
  if (pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const int log = open((directory_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {  // only async-signal-safe calls: the library's thread may be running in the parent
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);
    dup2(out[1], STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(out[1]);
  close(log);
  read_ready_line(out[0]);
  close(out[0]);
}

void LocalWorkspace::read_ready_line(int out) {
  std::string line;
  while (line.find('\n') == line.npos) {
    pollfd waiting{out, POLLIN, 0};
    char buffer[512];
    const ssize_t got = poll(&waiting, 1, kStartMs) == 1 ? read(out, buffer, sizeof buffer) : 0;
    if (got <= 0) throw std::runtime_error("brickwork-local did not get ready; see " + (directory_ / "log").string());
    line.append(buffer, static_cast<std::size_t>(got));
  }
  const boost::json::object ready = boost::json::parse(line.substr(0, line.find('\n'))).as_object();
  url_ = ready.at("url").as_string();
  token_file_ = ready.at("token_file").as_string();
  port_ = url_.substr(url_.rfind(':') + 1);
}

void LocalWorkspace::end(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > give_up) ::kill(pid_, SIGKILL);
    usleep(10'000);
  }
  pid_ = -1;
}

}  // namespace brickwork::contract
