#include "local/execution/prepared_interpreter.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cstring>
#include <mutex>
#include <system_error>

#include "local/execution/descriptor.h"
#include "local/execution/spawn.h"
#include "local/execution/supervisor.h"

namespace brickwork::local {
namespace {

// Interpreters that were let go. They wait for the tasks that they were forked for, so they end later.
class Leaving {
 public:
  void add(pid_t pid) {
    const std::lock_guard lock(mutex_);
    pids_.push_back(pid);
    std::erase_if(pids_, [](pid_t one) { return waitpid(one, nullptr, WNOHANG) != 0; });
  }

 private:
  std::mutex mutex_;
  std::vector<pid_t> pids_;
};

Leaving& leaving() {
  static Leaving all;
  return all;
}

}  // namespace

PreparedInterpreter::PreparedInterpreter(const ProcessStart& what, const boost::json::object& start) {
  SocketPair channel = socket_pair(SOCK_SEQPACKET);
  const Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptor log(open(what.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (nothing.get() < 0 || log.get() < 0) fail_with_errno("open");
  const Descriptor in = out_of_the_way(nothing.get());
  const Descriptor out = out_of_the_way(log.get());
  const Descriptor theirs = out_of_the_way(channel.theirs.get());
  SpawnPlan plan;
  plan.put(in.get(), 0);
  plan.put(out.get(), 1);
  plan.put(out.get(), 2);
  plan.put(theirs.get(), kControlFd);
  plan.work_in(what.directory.string());
  pid_ = plan.spawn(what.command, what.environment);
  channel_ = channel.ours.release();
  send(start, {});
}

PreparedInterpreter::~PreparedInterpreter() {
  close(channel_);
  if (pid_ > 0) leaving().add(pid_);
}

void PreparedInterpreter::prepare_spark() { send({{"op", "spark"}}, {}); }

std::shared_ptr<Process> PreparedInterpreter::fork(boost::asio::io_context& loop,
                                                   const std::filesystem::path& directory,
                                                   const std::filesystem::path& log_file,
                                                   Process::Callbacks callbacks) {
  if (has_ended()) return nullptr;
  SocketPair control = socket_pair(SOCK_STREAM);
  SocketPair lifeline = socket_pair(SOCK_STREAM);
  const Descriptor log(open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  const Descriptor self(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  if (log.get() < 0 || self.get() < 0) fail_with_errno("open");
  const bool sent = send({{"op", "fork"}, {"directory", directory.string()}},
                         {control.theirs.get(), lifeline.theirs.get(), log.get(), self.get()});
  if (!sent) return nullptr;
  return Process::adopt(loop, control.ours.release(), lifeline.ours.release(), std::move(callbacks));
}

bool PreparedInterpreter::has_ended() {
  if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) != 0) pid_ = 0;
  return pid_ == 0;
}

bool PreparedInterpreter::send(const boost::json::object& message, const std::vector<int>& descriptors) const {
  std::string text = boost::json::serialize(message);
  iovec part{text.data(), text.size()};
  alignas(cmsghdr) char space[CMSG_SPACE(4 * sizeof(int))] = {};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const std::size_t size = descriptors.size() * sizeof(int);
    header.msg_control = space;
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(rights), descriptors.data(), size);
  }
  return sendmsg(channel_, &header, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace brickwork::local
