#include "local/execution/supervisor.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace brickwork::local {
namespace {

// Parent of a process, from /proc/<pid>/stat; the name in parentheses may contain anything, so the last ')' counts.
pid_t parent_of(const char* pid) {
  const std::string file = std::string("/proc/") + pid + "/stat";
  const int fd = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[512];
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  if (size <= 0) return 0;
  text[size] = '\0';
  const char* end = std::strrchr(text, ')');
  int parent = 0;
  char state = 0;
  if (end == nullptr || std::sscanf(end + 1, " %c %d", &state, &parent) != 2 || state == 'Z') return 0;
  return parent;
}

std::vector<pid_t> descendants() {
  std::multimap<pid_t, pid_t> children;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return {};
  while (const dirent* entry = readdir(proc)) {
    const pid_t pid = std::atoi(entry->d_name);
    if (pid <= 0) continue;
    if (const pid_t parent = parent_of(entry->d_name); parent > 0) children.emplace(parent, pid);
  }
  closedir(proc);
  std::vector<pid_t> found;
  std::vector<pid_t> open{getpid()};
  while (!open.empty()) {
    const pid_t parent = open.back();
    open.pop_back();
    for (auto [child, end] = children.equal_range(parent); child != end; ++child) {
      found.push_back(child->second);
      open.push_back(child->second);
    }
  }
  return found;
}

void signal_tree(int signal) {
  for (const pid_t pid : descendants()) kill(pid, signal);
}

[[noreturn]] void become(char** command, const sigset_t& original_mask) {
  // If the supervisor itself is killed, its child goes too; what that child started is then the kernel's to keep.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setpgid(0, 0);
  close(kLifelineFd);
  sigprocmask(SIG_SETMASK, &original_mask, nullptr);
  execvp(command[0], command);
  std::fprintf(stderr, "cannot start %s: %s\n", command[0], std::strerror(errno));
  _exit(127);
}

class Supervisor {
 public:
  Supervisor(pid_t child, int signals) : child_(child), signals_(signals) {}

  // Until the child has ended.
  int wait_for_child() {
    reap();  // a child from before the signals were watched may have ended already
    while (!ended_) {
      pollfd watched[2] = {{kLifelineFd, POLLIN, 0}, {signals_, POLLIN, 0}};
      if (lifeline_broken_) watched[0].fd = -1;
      poll(watched, 2, lifeline_broken_ ? 50 : -1);
      if (watched[0].revents != 0) read_lifeline();
      if (watched[1].revents != 0) read_signals();
      if (lifeline_broken_) signal_tree(SIGKILL);
      reap();
    }
    return status_;
  }

  // A child that was being forked while the tree was listed is caught by the next round.
  void end_leftovers() {
    while (true) {
      signal_tree(SIGKILL);
      const pid_t pid = waitpid(-1, nullptr, WNOHANG);
      if (pid < 0 && errno == ECHILD) return;
      if (pid == 0) usleep(2000);
    }
  }

 private:
  void read_lifeline() {
    char command = 0;
    const ssize_t size = read(kLifelineFd, &command, 1);
    if (size == 1 && command == kTerminate) signal_tree(SIGTERM);
    if (size == 1 && command == kKill) signal_tree(SIGKILL);
    if (size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN)) lifeline_broken_ = true;
  }

  void read_signals() {
    signalfd_siginfo info{};
    if (read(signals_, &info, sizeof info) != sizeof info) return;
    if (info.ssi_signo != SIGCHLD) signal_tree(static_cast<int>(info.ssi_signo));
  }

  void reap() {
    int status = 0;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
      if (pid != child_) continue;
      status_ = status;
      ended_ = true;
    }
  }

  pid_t child_;
  int signals_;
  bool lifeline_broken_ = false;
  bool ended_ = false;
  int status_ = 0;  // of waitpid, once it has ended
};

int supervise(char** command, pid_t child) {
  closefrom(kLifelineFd + 1);
  // A child that was there before has its control channel already. Before the signals get this number, not after.
  if (child != 0) close(kControlFd);
  // A group of its own: Ctrl-C at a terminal is for the server, which then ends its tasks in order.
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_NAME, "bw-supervise");

  sigset_t watched;
  sigset_t original;
  sigemptyset(&watched);
  for (int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&watched, signal);
  sigprocmask(SIG_BLOCK, &watched, &original);
  const int signals = signalfd(-1, &watched, SFD_CLOEXEC);

  if (child == 0) {
    child = fork();
    if (child < 0) return 126;
    if (child == 0) become(command, original);
    close(kControlFd);
  }
  Supervisor supervisor(child, signals);
  const int status = supervisor.wait_for_child();
  supervisor.end_leftovers();

  const std::string line = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status)) + "\n"
                                               : "exit " + std::to_string(WEXITSTATUS(status)) + "\n";
  // MSG_NOSIGNAL would need a send(); the server being gone already is no reason to die of SIGPIPE.
  signal(SIGPIPE, SIG_IGN);
  return write(kLifelineFd, line.data(), line.size()) > 0 ? 0 : 1;
}

}  // namespace

std::optional<int> supervise_if_asked(int argc, char** argv) {
  if (argc < 3) return std::nullopt;
  if (std::strcmp(argv[1], "supervise") == 0) return supervise(argv + 2, 0);
  if (std::strcmp(argv[1], "supervise-child") == 0) return supervise(nullptr, std::atoi(argv[2]));
  return std::nullopt;
}

}  // namespace brickwork::local
