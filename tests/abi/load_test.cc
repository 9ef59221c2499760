#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <chrono>
#include <ostream>
#include <thread>

#include "abi/library.h"
#include "abi/loopback_server.h"
#include "abi/process_info.h"

extern char** environ;

namespace brickwork::abi_test {
namespace {

struct Counts {
  std::size_t threads = abi_test::threads();
  std::size_t descriptors = abi_test::descriptors();
  std::size_t files = mapped_files();
  bool operator==(const Counts&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Counts& counts) {
  return out << counts.threads << " threads, " << counts.descriptors << " descriptors, " << counts.files << " files";
}

// The server of the test lives in this process too, and needs a moment to see that a connection is gone.
Counts settled(const Counts& expected, LoopbackServer& server) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  Counts now;
  while (!(now == expected) && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::yield();
    server.join_finished();
    now = Counts();
  }
  return now;
}

// Once nobody is served any more, the threads of the server are its acceptor alone.
Counts quiet(LoopbackServer& server) {
  while (server.connections() > 0) std::this_thread::yield();
  server.join_finished();
  return Counts();
}

void use(const bw_api& table, bw_client* client) {
  EXPECT_EQ(call(table, client, spec_of(BW_REST, R"({"path": "/break"})")).status, BW_UNAVAILABLE);
  EXPECT_EQ(call(table, nullptr, spec_of(BW_GROUP_LINT, R"({"group": {}})")).status, BW_OK);
}

void cycle(const std::string& connection) {
  const Library library;
  const Client client(*library.table(), connection);
  use(*library.table(), client.get());
}

TEST(Load, LeavesNothingBehindIn200Cycles) {
  LoopbackServer server;
  const std::string connection = connection_to(server.url());
  for (int i = 0; i < 10; ++i) cycle(connection);
  const Counts before = quiet(server);
  for (int i = 0; i < 200; ++i) cycle(connection);
  EXPECT_EQ(settled(before, server), before);
}

TEST(Load, StartsNoThreadBeforeTheFirstOperationAndKeepsNoneAfterTheLastClient) {
  const std::string connection = R"({"host": "http://127.0.0.1:9", "environment": false})";
  const std::size_t before = threads();
  Client first(api(), connection);
  Client second(api(), connection);
  EXPECT_EQ(threads(), before);
  call(api(), nullptr, spec_of(BW_GROUP_LINT, R"({"group": {}})"));
  EXPECT_EQ(threads(), before);
  EXPECT_EQ(first.start(BW_GROUP_LINT, "{}") > 0, true);
  EXPECT_EQ(second.start(BW_GROUP_LINT, "{}") > 0, true);
  EXPECT_EQ(threads(), before + 1);
  first.close();
  EXPECT_EQ(threads(), before + 1);
  second.close();
  EXPECT_EQ(threads(), before);
}

TEST(Load, ClosesAClientWhoseOperationsStillRun) {
  LoopbackServer server;
  for (int round = 0; round < 20; ++round) {
    Client client(api(), connection_to(server.url()));
    for (int i = 0; i < 100; ++i) client.start(BW_REST, R"({"path": "/wait"})");
    const auto start = std::chrono::steady_clock::now();
    client.close();
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  }
}

// Runs tests/abi/leaver: a host that goes without saying goodbye.
int exit_code_of_leaver(const std::string& url, const char* how) {
  const std::string program = ABI_LEAVER;
  std::string library = BRICKWORK_LIBRARY;
  std::string address = url;
  std::string way = how;
  char* arguments[] = {const_cast<char*>(program.c_str()), library.data(), address.data(), way.data(), nullptr};
  pid_t pid = 0;
  if (posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ) != 0) return -1;
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// A start under a sanitizer takes a second.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kRounds = 5;
#else
constexpr int kRounds = 40;
#endif

TEST(Load, LetsAProcessEndWithLiveClientsAndOperations) {
  LoopbackServer server;
  for (int round = 0; round < kRounds; ++round)
    for (const char* how : {"return", "exit", "_exit", "dlclose"})
      ASSERT_EQ(exit_code_of_leaver(server.url(), how), 0) << how << " in round " << round;
}

// The last one here, because its clients keep the library's thread for the rest of the process.
TEST(Load, CostsTwoDescriptorsForAClientThatIsNeverClosed) {
  LoopbackServer server;
  const std::string connection = connection_to(server.url());
  static auto& left_open = *new std::vector<bw_client*>;  // or a sanitizer would call them lost
  const auto leave_open = [&] {
    const Library library;
    Client client(*library.table(), connection);
    use(*library.table(), client.get());
    left_open.push_back(client.release());
  };
  leave_open();
  Counts expected = quiet(server);
  for (int i = 0; i < 20; ++i) leave_open();
  expected.descriptors += 40;
  EXPECT_EQ(settled(expected, server), expected);
}

}  // namespace
}  // namespace brickwork::abi_test
