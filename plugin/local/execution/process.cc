#include "local/execution/process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstring>
#include <deque>
#include <istream>
#include <system_error>

#include "local/execution/supervisor.h"

namespace brickwork::local {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::local::stream_protocol::socket;

// The longest line a process may send: a result of 5 MB, doubled by JSON escapes, and its page of HTML.
constexpr std::size_t kLongestLine = std::size_t{256} << 20;

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

struct Pair {
  Descriptor ours;
  Descriptor theirs;
};

Pair socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socketpair");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// posix_spawn's file actions and attributes, put together so that each error is seen.
class SpawnPlan {
 public:
  SpawnPlan() {
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
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  void put(int fd, int at) { posix_spawn_file_actions_adddup2(&actions_, fd, at); }
  void work_in(const std::string& directory) { posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()); }

  pid_t spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment) {
    const auto argv = pointers(command);
    const auto envp = pointers(environment);
    pid_t pid = 0;
    const int error = posix_spawn(&pid, argv[0], &actions_, &attributes_, argv.data(), envp.data());
    if (error != 0) throw std::system_error(error, std::generic_category(), "cannot start " + command[2]);
    return pid;
  }

 private:
  static std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> found;
    found.reserve(texts.size() + 1);
    for (const std::string& text : texts) found.push_back(const_cast<char*>(text.c_str()));
    found.push_back(nullptr);
    return found;
  }

  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

Descriptor high(int fd) {
  // Out of the way of 0 to 4, which dup2 fills one after the other.
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, 64);
  if (moved < 0) fail("fcntl");
  return Descriptor(moved);
}

pid_t spawn(const ProcessStart& what, int control, int lifeline) {
  const Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor log(open(what.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (nothing.get() < 0 || log.get() < 0) fail("open");
  const Descriptor in = high(nothing.get());
  const Descriptor out = high(log.get());
  const Descriptor channel = high(control);
  const Descriptor life = high(lifeline);
  SpawnPlan plan;
  plan.put(in.get(), 0);
  plan.put(out.get(), 1);
  plan.put(out.get(), 2);
  plan.put(channel.get(), kControlFd);
  plan.put(life.get(), kLifelineFd);
  plan.work_in(what.directory.string());
  std::vector<std::string> command{"/proc/self/exe", "supervise"};
  command.insert(command.end(), what.command.begin(), what.command.end());
  std::vector<std::string> environment;
  environment.reserve(what.environment.size());
  for (const auto& [name, value] : what.environment) environment.push_back(std::string(name).append("=").append(value));
  return plan.spawn(command, environment);
}

class SupervisedProcess final : public Process {
 public:
  SupervisedProcess(asio::io_context& loop, Callbacks callbacks)
      : callbacks_(std::move(callbacks)), control_(loop), lifeline_(loop), timer_(loop), lines_(kLongestLine) {}

  ~SupervisedProcess() override {
    error_code ignored;
    lifeline_.close(ignored);  // the supervisor sees the break and ends the tree
    if (supervisor_ > 0) waitpid(supervisor_, nullptr, 0);
  }

  void begin(const ProcessStart& what) {
    Pair control = socket_pair();
    Pair lifeline = socket_pair();
    supervisor_ = spawn(what, control.theirs.get(), lifeline.theirs.get());
    control_.assign(asio::local::stream_protocol(), control.ours.release());
    lifeline_.assign(asio::local::stream_protocol(), lifeline.ours.release());
    read_message();
    read_exit();
  }

  void send(const boost::json::object& message) override {
    outgoing_.push_back(boost::json::serialize(message) + "\n");
    if (outgoing_.size() == 1) write_next();
  }

  void terminate(std::chrono::milliseconds grace) override {
    if (ending_ || ended_) return;
    ending_ = true;
    command(kTerminate);
    timer_.expires_after(grace);
    timer_.async_wait([self = shared()](error_code error) {
      if (!error) self->command(kKill);
    });
  }

 private:
  std::shared_ptr<SupervisedProcess> shared() {
    return std::static_pointer_cast<SupervisedProcess>(shared_from_this());
  }

  void command(char byte) {
    error_code ignored;
    asio::write(lifeline_, asio::buffer(&byte, 1), ignored);
  }

  void write_next() {
    asio::async_write(control_, asio::buffer(outgoing_.front()), [self = shared()](error_code error, std::size_t) {
      self->outgoing_.pop_front();
      // A process that is gone does not read; its exit is reported by the lifeline.
      if (error) self->outgoing_.clear();
      if (!self->outgoing_.empty()) self->write_next();
    });
  }

  void read_message() {
    asio::async_read_until(control_, lines_, '\n', [self = shared()](error_code error, std::size_t) {
      if (error) {
        self->channel_closed_ = true;
        return self->finish_if_all_is_read();
      }
      std::istream stream(&self->lines_);
      std::string line;
      std::getline(stream, line);
      self->deliver(line);
      self->read_message();
    });
  }

  void deliver(const std::string& line) {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(line, error);
    if (error || !value.is_object() || !callbacks_.on_message) return;
    try {
      callbacks_.on_message(std::move(value.as_object()));
    } catch (const std::exception&) {
      // The user's code runs in there too and can write what it likes; the server must outlive it.
      terminate(std::chrono::milliseconds(0));
    }
  }

  void read_exit() {
    asio::async_read_until(lifeline_, exit_line_, '\n', [self = shared()](error_code error, std::size_t) {
      std::istream stream(&self->exit_line_);
      std::string word;
      int number = 0;
      if (!error && stream >> word >> number) {
        (word == "signal" ? self->exit_.signal : self->exit_.code) = number;
      } else {
        self->exit_.lost = true;
      }
      self->ended_ = true;
      self->timer_.cancel();
      self->finish_if_all_is_read();
    });
  }

  // What a process said before it ended is delivered before its end.
  void finish_if_all_is_read() {
    if (!ended_ || !channel_closed_ || !callbacks_.on_exit) return;
    const auto on_exit = std::exchange(callbacks_, {}).on_exit;
    on_exit(exit_);
  }

  Callbacks callbacks_;
  Socket control_;
  Socket lifeline_;
  asio::steady_timer timer_;
  asio::streambuf lines_;
  asio::streambuf exit_line_;
  std::deque<std::string> outgoing_;
  ProcessExit exit_;
  pid_t supervisor_ = 0;
  bool ending_ = false;
  bool ended_ = false;
  bool channel_closed_ = false;
};

}  // namespace

std::string ProcessExit::text() const {
  if (lost) return "an unknown status";
  if (signal == 0) return "exit code " + std::to_string(code);
  const char* name = sigabbrev_np(signal);
  return "signal " + std::to_string(signal) + (name != nullptr ? " (SIG" + std::string(name) + ")" : std::string());
}

std::shared_ptr<Process> Process::start(asio::io_context& loop, const ProcessStart& what, Callbacks callbacks) {
  auto process = std::make_shared<SupervisedProcess>(loop, std::move(callbacks));
  process->begin(what);
  return process;
}

}  // namespace brickwork::local
