#include "local/execution/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
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

#include "local/execution/descriptor.h"
#include "local/execution/spawn.h"
#include "local/execution/supervisor.h"

namespace brickwork::local {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Socket = asio::local::stream_protocol::socket;

// The longest line a process may send: a result of 5 MB, doubled by JSON escapes, and its page of HTML.
constexpr std::size_t kLongestLine = std::size_t{256} << 20;

// How long a tree of killed processes may take until the kernel is done with it.
constexpr int kLongestEndMs = 10'000;

pid_t spawn_supervised(const ProcessStart& what, int control, int lifeline) {
  const Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor log(open(what.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (nothing.get() < 0 || log.get() < 0) fail_with_errno("open");
  const Descriptor in = out_of_the_way(nothing.get());
  const Descriptor out = out_of_the_way(log.get());
  const Descriptor channel = out_of_the_way(control);
  const Descriptor life = out_of_the_way(lifeline);
  SpawnPlan plan;
  plan.put(in.get(), 0);
  plan.put(out.get(), 1);
  plan.put(out.get(), 2);
  plan.put(channel.get(), kControlFd);
  plan.put(life.get(), kLifelineFd);
  plan.work_in(what.directory.string());
  std::vector<std::string> command{"/proc/self/exe", "supervise"};
  command.insert(command.end(), what.command.begin(), what.command.end());
  return plan.spawn(command, what.environment);
}

// Until the other end of a socket is gone; what comes before is thrown away.
void wait_for_end(int fd) {
  char ignored[256];
  while (true) {
    pollfd readable{fd, POLLIN, 0};
    if (poll(&readable, 1, kLongestEndMs) <= 0 || recv(fd, ignored, sizeof ignored, MSG_DONTWAIT) <= 0) return;
  }
}

class SupervisedProcess final : public Process {
 public:
  SupervisedProcess(asio::io_context& loop, Callbacks callbacks)
      : callbacks_(std::move(callbacks)), control_(loop), lifeline_(loop), timer_(loop), lines_(kLongestLine) {}

  ~SupervisedProcess() override {
    error_code ignored;
    if (supervisor_ > 0) {
      lifeline_.close(ignored);  // the supervisor sees the break and ends the tree
      waitpid(supervisor_, nullptr, 0);
    } else if (lifeline_.is_open()) {
      lifeline_.shutdown(Socket::shutdown_send, ignored);
      wait_for_end(lifeline_.native_handle());
    }
  }

  void begin(const ProcessStart& what) {
    SocketPair control = socket_pair(SOCK_STREAM);
    SocketPair lifeline = socket_pair(SOCK_STREAM);
    supervisor_ = spawn_supervised(what, control.theirs.get(), lifeline.theirs.get());
    begin(control.ours.release(), lifeline.ours.release());
  }

  void begin(int control, int lifeline) {
    control_.assign(asio::local::stream_protocol(), control);
    lifeline_.assign(asio::local::stream_protocol(), lifeline);
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
  pid_t supervisor_ = 0;  // our child; 0 when it is that of a prepared interpreter
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

std::shared_ptr<Process> Process::adopt(asio::io_context& loop, int control, int lifeline, Callbacks callbacks) {
  auto process = std::make_shared<SupervisedProcess>(loop, std::move(callbacks));
  process->begin(control, lifeline);
  return process;
}

}  // namespace brickwork::local
