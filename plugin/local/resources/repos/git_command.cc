#include "local/resources/repos/git_command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "local/resources/repos/git_environment.h"

extern char** environ;

namespace brickwork::local {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 64U << 20U;
constexpr std::size_t kMostSaid = 2000;

// Neither our settings nor the login of whoever started the server is git's business.
bool is_ours(const std::string& name) {
  for (const char* prefix : {"DATABRICKS_", "BRICKWORK_", "ARM_", "AWS_SECRET"})
    if (name.starts_with(prefix)) return true;
  return false;
}

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string::npos && !is_ours(text.substr(0, equals)))
      kept[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return kept;
}

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for git");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_writer();
    close(ends_[0]);
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

class SpawnSettings {
 public:
  SpawnSettings(const Pipe& output, const Pipe& said) {
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output.writer(), 1);
    posix_spawn_file_actions_adddup2(&actions, said.writer(), 2);
    posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    sigset_t usual;
    sigemptyset(&usual);
    for (const int signal : {SIGPIPE, SIGTERM, SIGINT, SIGHUP}) sigaddset(&usual, signal);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> found;
  found.reserve(words.size() + 1);
  for (std::string& word : words) found.push_back(word.data());
  found.push_back(nullptr);
  return found;
}

// False at the end of the pipe.
bool read_some(int descriptor, std::string& into, std::size_t limit) {
  std::array<char, 65536> buffer{};
  const ssize_t count = read(descriptor, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR;
  if (into.size() < limit) into.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

// Until both pipes have ended; false when that took too long.
bool drain(int output, std::string& printed, int errors, std::string& said, SteadyClock::time_point until) {
  std::array<pollfd, 2> open{pollfd{output, POLLIN, 0}, pollfd{errors, POLLIN, 0}};
  while (open[0].fd >= 0 || open[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now()).count();
    if (left <= 0) return false;
    if (poll(open.data(), open.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if (open[0].fd >= 0 && open[0].revents != 0 && !read_some(output, printed, kMostOutput + 1)) open[0].fd = -1;
    if (open[1].fd >= 0 && open[1].revents != 0 && !read_some(errors, said, kMostSaid)) open[1].fd = -1;
  }
  return true;
}

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

GitCommand::GitCommand(std::filesystem::path git_dir, std::filesystem::path work_tree, std::chrono::seconds longest,
                       const std::map<std::string, std::string>& config)
    : git_dir_(std::move(git_dir)), work_tree_(std::move(work_tree)), longest_(longest) {
  std::map<std::string, std::string> variables = git_environment(own_environment());
  std::size_t number = 0;
  for (const auto& [key, value] : config) {
    variables["GIT_CONFIG_KEY_" + std::to_string(number)] = key;
    variables["GIT_CONFIG_VALUE_" + std::to_string(number)] = value;
    variables["GIT_CONFIG_COUNT"] = std::to_string(++number);
  }
  for (const auto& [name, value] : variables) environment_.push_back(std::string(name).append("=").append(value));
}

std::string GitCommand::run(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{"git", "-c", "core.hooksPath=/dev/null", "--git-dir=" + git_dir_.string(),
                                 "--work-tree=" + work_tree_.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environment_;
  Pipe output;
  Pipe errors;
  pid_t pid = 0;
  {
    const SpawnSettings settings(output, errors);
    if (posix_spawnp(&pid, "git", &settings.actions, &settings.attributes, pointers(words).data(),
                     pointers(variables).data()) != 0)
      throw GitError("git cannot be started on this machine");
  }
  output.close_writer();
  errors.close_writer();
  std::string printed;
  std::string said;
  const bool in_time = drain(output.reader(), printed, errors.reader(), said, SteadyClock::now() + longest_);
  if (!in_time) kill(-pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) throw GitError("git did not finish within " + std::to_string(longest_.count()) + " seconds");
  if (printed.size() > kMostOutput) throw GitError("git printed more than this workspace reads");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw GitError(said.empty() ? "git failed" : without_line_end(said));
  return printed;
}

}  // namespace brickwork::local
