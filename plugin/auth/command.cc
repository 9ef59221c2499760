#include "auth/command.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr milliseconds kFirstLook{5};
constexpr milliseconds kLongestLook{100};
constexpr std::size_t kMostErrors = 4096;

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset() {
    if (number_ >= 0) close(number_);
    number_ = -1;
  }
  int get() const { return number_; }

 private:
  int number_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;

  bool open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
  }
};

// A process of its own group, killed with all that it started unless it ended.
class Process {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (id_ <= 0) return;
    kill(-id_, SIGKILL);
    waitpid(id_, nullptr, 0);  // at once, after that signal
  }

  int start(const Command& command, const Pipe& output, const Pipe& errors);

  // Whether it has ended; `status` is that of CommandResult.
  bool ended(int& status) {
    int raw = 0;
    const pid_t found = waitpid(id_, &raw, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return false;
    status = -1;
    if (found > 0) status = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
    id_ = -1;
    return true;
  }

 private:
  pid_t id_ = -1;
};

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

int Process::start(const Command& command, const Pipe& output, const Pipe& errors) {
  std::vector<std::string> words = {command.path};
  words.insert(words.end(), command.arguments.begin(), command.arguments.end());
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (const int error = posix_spawn_file_actions_init(&actions); error != 0) return error;
  if (const int error = posix_spawnattr_init(&attributes); error != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return error;
  }
  // This thread has all signals blocked, and a host may ignore some: the program gets them as a shell would give them.
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.write.get(), STDERR_FILENO);
#if defined(__GLIBC__) && (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 34))
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  const int error = posix_spawn(&id_, command.path.c_str(), &actions, &attributes, pointers_to(words).data(),
                                pointers_to(command.environment).data());
  if (error != 0) id_ = -1;
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

// Takes what is there, up to `most` in all; the rest stays in the pipe, so that a flood waits there for its end.
void take(int descriptor, std::string& text, std::size_t most) {
  std::array<char, 16384> buffer{};
  while (text.size() < most) {
    const ssize_t got = read(descriptor, buffer.data(), std::min(buffer.size(), most - text.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return;  // nothing now, or nothing more
    text.append(buffer.data(), static_cast<std::size_t>(got));
    OPENSSL_cleanse(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Task<Result<CommandResult>> run_command(Context& context, Command command) {
  Pipe output;
  Pipe errors;
  Process process;
  int error = output.open() && errors.open() ? 0 : errno;
  if (error == 0) error = process.start(command, output, errors);
  output.write.reset();
  errors.write.reset();
  if (error != 0) {
    co_return failure(Code::kUnavailable,
                      command.path + " could not be started: " + std::generic_category().message(error));
  }
  const Instant until = context.loop().now() + command.timeout;
  milliseconds look = kFirstLook;
  CommandResult result;
  while (true) {
    // In this order: what an ended process wrote is all there.
    const bool ended = process.ended(result.exit_status);
    take(output.read.get(), result.output, command.most_output + 1);
    take(errors.read.get(), result.errors, kMostErrors);
    if (result.output.size() > command.most_output) {
      wipe(result.output);
      co_return failure(Code::kResourceExhausted, command.path + " wrote more than a login ever is, and was ended");
    }
    if (ended) co_return result;
    if (context.loop().now() >= until) {
      wipe(result.output);
      co_return failure(Code::kDeadlineExceeded, command.path + " gave no answer within " +
                                                     std::to_string(command.timeout.count() / 1000) +
                                                     " s, and was ended");
    }
    Task<Status> pause = sleep_for(context, look);
    const Status slept = co_await pause;
    if (!slept.ok()) {
      wipe(result.output);
      co_return slept;
    }
    look = std::min(kLongestLook, look * 2);
  }
}

std::string find_program(const std::string& name, const std::string& path) {
  std::string_view places = path.empty() ? std::string_view("/usr/local/bin:/usr/bin:/bin") : std::string_view(path);
  while (!places.empty()) {
    const std::string_view place = places.substr(0, places.find(':'));
    places.remove_prefix(std::min(places.size(), place.size() + 1));
    if (place.empty() || place.front() != '/') continue;  // what lies in the current folder is nobody's choice
    std::string file = std::string(place) + "/" + name;
    struct stat about {};
    if (stat(file.c_str(), &about) == 0 && S_ISREG(about.st_mode) && access(file.c_str(), X_OK) == 0) return file;
  }
  return {};
}

}  // namespace brickwork
