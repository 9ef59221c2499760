#include "auth/command.h"

#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "engine/curl_loop.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

// Real programs on the real loop.
class RunCommand : public testing::Test {
 protected:
  Result<CommandResult> run(std::vector<std::string> arguments, milliseconds timeout = 20s) {
    std::promise<Result<CommandResult>> done;
    loop.post([&] {
      context.emplace(loop, Instant::max());
      Command command;
      command.path = "/bin/sh";
      command.arguments = std::move(arguments);
      command.environment = {"SEEN=yes"};
      command.timeout = timeout;
      start<Result<CommandResult>>(run_command(*context, std::move(command)),
                                   [&](std::optional<Result<CommandResult>> result, std::exception_ptr) {
                                     done.set_value(result ? *result : failure(Code::kInternal, "thrown"));
                                   });
    });
    return done.get_future().get();
  }

  CurlLoop loop;
  std::optional<Context> context;
};

TEST_F(RunCommand, BringsWhatTheProgramSaid) {
  const Result<CommandResult> result =
      run({"-c", "echo $SEEN $HOME $1; echo oops >&2; exit 3", "sh", "; echo no shell"});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().output, "yes ; echo no shell\n");
  EXPECT_EQ(result.value().errors, "oops\n");
  EXPECT_EQ(result.value().exit_status, 3);
}

TEST_F(RunCommand, GivesItNothingToReadAndNoDescriptorOfOurs) {
  const Result<CommandResult> result = run({"-c", "cat; ls /proc/self/fd | wc -l"});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().output, "4\n");  // the three, and the folder that ls reads
}

TEST_F(RunCommand, EndsAProgramThatHangsAndItsChildren) {
  const Result<CommandResult> result = run({"-c", "sleep 600 & echo $! >&2; wait"}, 300ms);
  EXPECT_EQ(result.status().code(), Code::kDeadlineExceeded);
}

TEST_F(RunCommand, EndsAProgramThatFloods) {
  EXPECT_EQ(
      run({"-c", "while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done"}).status().code(),
      Code::kResourceExhausted);
}

TEST_F(RunCommand, KnowsNothingOfTheEndWhenItsHostTookIt) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  const Result<CommandResult> result = run({"-c", "echo said"});
  std::signal(SIGCHLD, before);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().output, "said\n");
  EXPECT_EQ(result.value().exit_status, -1);
}

TEST(FindProgram, LooksWhereAShellWouldButNotInTheCurrentFolder) {
  EXPECT_EQ(find_program("sh", "/nowhere::relative:/bin"), "/bin/sh");
  EXPECT_EQ(find_program("no-such-program", ""), "");
  EXPECT_EQ(find_program("sh", "bin:."), "");
}

}  // namespace
}  // namespace brickwork
