#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <thread>

#include "abi/library.h"
#include "abi/loopback_server.h"
#include "abi/process_info.h"

namespace brickwork::abi_test {
namespace {

// Runs `body` in a forked child that has `seconds` to live; its value is the child's exit code, 1000 and more a signal.
int in_child(const std::function<int()>& body, unsigned seconds = 30) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(seconds);
    _exit(body());
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// The number of the first slot that does not answer FORKED, or writes something; 0 when all do.
int first_slot_that_works(bw_client* client) {
  const bw_op_spec spec = spec_of(BW_REST, R"({"path": "/answer"})");
  std::uint64_t op = 7;
  std::size_t count = 7;
  std::int32_t fd = 7;
  bw_bytes bytes{};
  bw_event event{};
  bw_error* error = nullptr;
  if (api().client_set_secret(client, "token", "x", 1, 0, nullptr) != BW_FORKED) return 1;
  if (api().client_event_fd(client, &fd) != BW_FORKED || fd != 7) return 2;
  if (api().op_start(client, &spec, &op, &error) != BW_FORKED || op != 7) return 3;
  if (api().error_status(error) != BW_FORKED) return 4;
  api().error_free(error);
  if (api().op_cancel(client, 1) != BW_FORKED) return 5;
  if (api().op_peek(client, 1, &bytes) != BW_FORKED) return 6;
  if (api().op_take(client, 1, &bytes, nullptr) != BW_FORKED) return 7;
  if (api().op_drop(client, 1) != BW_FORKED) return 8;
  if (api().call(client, &spec, &bytes, nullptr) != BW_FORKED || bytes.data != nullptr) return 9;
  if (api().events_drain(client, &event, sizeof event, 1, &count) != BW_FORKED || count != 7) return 10;
  if (api().events_wait(client, -1) != BW_FORKED) return 11;
  if (api().log_take(client, &bytes) != BW_FORKED) return 12;
  return 0;
}

TEST(Fork, GivesForkedInEverySlotAndTakesNothingFromTheParent) {
  LoopbackServer server;
  const Client client(api(), connection_to(server.url()));
  constexpr int kOperations = 50;
  for (int i = 0; i < kOperations; ++i) client.start(BW_REST, R"({"path": "/answer"})");
  ASSERT_EQ(api().events_wait(client.get(), 30'000), BW_OK);

  EXPECT_EQ(in_child([&] { return first_slot_that_works(client.get()); }), 0);
  EXPECT_EQ(in_child([&] {
              const std::size_t before = descriptors();
              api().client_close(client.get());
              return descriptors() + 2 == before ? 0 : 1;
            }),
            0);

  int done = 0;
  while (done < kOperations && api().events_wait(client.get(), 10'000) == BW_OK)
    for (const bw_event& event : client.drain()) done += event.kind == BW_EV_DONE && event.status == BW_OK;
  EXPECT_EQ(done, kOperations);
  EXPECT_EQ(call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status, BW_OK);
}

TEST(Fork, RunsPureVerbsInTheChildEvenWithTheParentsClient) {
  const Client client(api(), R"({"host": "http://127.0.0.1:9", "environment": false})");
  EXPECT_EQ(in_child([&] {
              return call(api(), client.get(), spec_of(BW_GROUP_LINT, R"({"group": {}})")).status == BW_OK ? 0 : 1;
            }),
            0);
}

// The two ends of libcurl's own wake-up, which no option of it closes: harmless to the program that inherits them.
bool is_pair_of_curl(int fd) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  return getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0 && address.ss_family == AF_UNIX;
}

TEST(Fork, ClosesItsPipeAndItsConnectionsOnExec) {
  LoopbackServer server;
  const std::set<std::string> before = entries_of("/proc/self/fd");
  const Client client(api(), connection_to(server.url()));
  call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})"));
  EXPECT_NE(fcntl(client.fd(), F_GETFL) & O_NONBLOCK, 0);
  int ours = 0;
  int of_curl = 0;
  for (const std::string& name : entries_of("/proc/self/fd")) {
    const int fd = std::atoi(name.c_str());
    const int flags = before.contains(name) ? -1 : fcntl(fd, F_GETFD);
    if (flags < 0) continue;
    const bool kept = (flags & FD_CLOEXEC) == 0;
    ours += !kept;
    of_curl += kept && is_pair_of_curl(fd);
    EXPECT_TRUE(!kept || is_pair_of_curl(fd)) << "descriptor " << name;
  }
  EXPECT_GE(ours, 3);
  EXPECT_LE(of_curl, 2);
}

// ThreadSanitizer does not let a child of a process with threads start a thread of its own, and the allocator of
// AddressSanitizer can be locked in it for good by a thread that was not copied.
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

TEST(Fork, LetsTheChildOpenAClientOfItsOwnWhileTheParentIsBusy) {
  LoopbackServer server;
  const std::string connection = connection_to(server.url());
  const Client client(api(), connection);
  const std::jthread load([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) call(api(), client.get(), spec_of(BW_REST, R"({"path": "/answer"})"));
  });
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(in_child([&] {
                const Client own(api(), connection);
                const bw_status status = call(api(), own.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status;
                return status == BW_OK && first_slot_that_works(client.get()) == 0 ? 0 : 1;
              }),
              0)
        << "fork " << i;
  }
}

TEST(Fork, MayComeWhileClientsAreOpenedAndClosed) {
  LoopbackServer server;
  const std::string connection = connection_to(server.url());
  api();  // loaded before there is a thread: a fork in the middle of a static's first use would hang the child
  const std::jthread load([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Client client(api(), connection);
      client.start(BW_GROUP_LINT, "{}");
    }
  });
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(in_child([&] {
                const Client own(api(), connection);
                return call(api(), own.get(), spec_of(BW_REST, R"({"path": "/answer"})")).status == BW_OK ? 0 : 1;
              }),
              0)
        << "fork " << i;
  }
}

#endif

}  // namespace
}  // namespace brickwork::abi_test
