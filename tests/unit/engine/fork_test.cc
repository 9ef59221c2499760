#include "engine/fork.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <thread>

#include "unit/engine/asking.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

template <class Function>
int exit_code_of_child(Function child) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(20);  // a child that hangs is what the test is about
    _exit(child());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Fork, IsCountedInTheChildOnly) {
  const std::uint64_t before = fork_generation();
  EXPECT_EQ(exit_code_of_child([&] { return fork_generation() == before + 1 ? 0 : 1; }), 0);
  EXPECT_EQ(fork_generation(), before);
}

TEST(Fork, TurnsTheParentsLoopIntoOneThatDoesNothing) {
  auto loop = std::make_unique<CurlLoop>();
  std::promise<void> runs;
  loop->post([&] { runs.set_value(); });
  runs.get_future().wait();
  EXPECT_EQ(exit_code_of_child([&] {
              if (!loop->forked() || loop->post([] {})) return 1;
              loop->stop();
              loop.reset();
              return 0;
            }),
            0);
  EXPECT_FALSE(loop->forked());
}

TEST(Fork, FromInsideOfCurlIsNotADeadlock) {
  fork_generation();
  const NoFork inside;
  EXPECT_EQ(exit_code_of_child([] { return 0; }), 0);
}

bool is_asleep(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  return text.find(") S ") != text.npos;
}

// A busy thread that leaves and comes back at once would win every race against one that has to be woken first.
TEST(Fork, WaitsForWhoIsInsideAndGoesBeforeWhoComesNext) {
  fork_generation();
  std::atomic<bool> forking{false};
  std::atomic<int> entered{0};
  const pid_t self = gettid();
  std::thread busy([&] {
    {
      const NoFork inside;
      entered = 1;
      while (!forking || !is_asleep(self)) std::this_thread::yield();
      entered = 2;
    }
    const NoFork inside;
    entered = 3;
  });
  while (entered == 0) std::this_thread::yield();
  forking = true;
  EXPECT_EQ(exit_code_of_child([&] { return entered.load(); }), 2);
  busy.join();
}

// A TLS server in a process of its own: its threads would be inside OpenSSL at the fork, and they hold no lock of ours.
class ServerProcess {
 public:
  explicit ServerProcess(const TestAuthority::Files& files) {
    int address[2];
    if (pipe(address) != 0) throw std::runtime_error("no pipe");
    pid_ = fork();
    if (pid_ == 0) {
      SocketServer server(
          [](Connection& connection) {
            while (!connection.read_request().empty()) connection.answer(200, "{}");
          },
          files.certificate, files.key);
      const int port = server.port();
      if (write(address[1], &port, sizeof port) != sizeof port) _exit(1);
      while (true) pause();
    }
    int port = 0;
    if (read(address[0], &port, sizeof port) != sizeof port) throw std::runtime_error("no server");
    close(address[0]);
    close(address[1]);
    url = "https://127.0.0.1:" + std::to_string(port);
  }
  ~ServerProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  std::string url;

 private:
  pid_t pid_;
};

TEST(Fork, ChildrenOfABusyProcessCanSpeakTlsThemselves) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "this sanitizer ends a process that starts threads after a fork of many";
#endif
  TestAuthority authority;
  const ServerProcess server(authority.certificate_for("127.0.0.1"));
  HttpRequest request;
  request.url = server.url;
  request.tls.ca_file = authority.ca_file();
  request.fresh_connection = true;  // a handshake each time: most of it inside OpenSSL

  std::atomic<int> answered{0};
  std::function<void()> next;
  CurlLoop loop;
  next = [&] {
    loop.send(request, [&](Outcome outcome) {
      if (outcome.response.status == 200) ++answered;
      next();
    });
  };
  for (int i = 0; i < 4; ++i) loop.post(next);

  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(exit_code_of_child([&] {
                CurlLoop own;
                return ask(own, request).response.status == 200 ? 0 : 1;
              }),
              0)
        << "child " << i;
  }
  loop.stop(0ms);
  EXPECT_GT(answered, 0);
}

}  // namespace
}  // namespace brickwork
