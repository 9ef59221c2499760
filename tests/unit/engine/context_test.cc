#include "engine/context.h"

#include <gtest/gtest.h>

#include "support/virtual_loop.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;

Task<int> count_awaits(Context& context, int rounds) {
  int done = 0;
  for (int i = 0; i < rounds; ++i) {
    Task<Status> pause = sleep_for(context, 1ms);
    const Status status = co_await pause;
    if (!status.ok()) break;
    ++done;
  }
  co_return done;
}

TEST(Task, AwaitsWithoutGrowingTheStack) {
  VirtualLoop loop;
  Context context(loop, Instant::max());
  EXPECT_EQ(loop.run(count_awaits(context, 200'000)), 200'000);
}

Task<int> throws() {
  throw std::runtime_error("inside");
  co_return 0;
}

TEST(Task, HandsAnExceptionToItsWaiter) {
  VirtualLoop loop;
  EXPECT_THROW(loop.run(throws()), std::runtime_error);
}

TEST(Context, EndsASleepAtTheDeadline) {
  VirtualLoop loop;
  const Instant begin = loop.now();
  Context context(loop, begin + 50ms);
  EXPECT_EQ(loop.run(sleep_for(context, 1h)).code(), Code::kDeadlineExceeded);
  EXPECT_EQ(loop.now() - begin, 50ms);
}

TEST(Context, CancelEndsASleepAtOnce) {
  VirtualLoop loop;
  const Instant begin = loop.now();
  Context context(loop, Instant::max());
  loop.later(5ms, [&] { context.cancel(); });
  EXPECT_EQ(loop.run(sleep_for(context, 1h)).code(), Code::kCancelled);
  EXPECT_EQ(loop.now() - begin, 5ms);
}

TEST(Context, CancelForgetsATransferThatIsUnderWay) {
  VirtualLoop loop([](const HttpRequest&) { return VirtualLoop::Reply{.after = 1h}; });
  Context context(loop, Instant::max());
  loop.later(5ms, [&] { context.cancel(); });
  EXPECT_EQ(loop.run(exchange(context, {.url = "https://x"})).status().code(), Code::kCancelled);
  loop.drain();
  EXPECT_LT(loop.now().time_since_epoch(), 1h);
}

TEST(Context, AnAnswerThatIsHereWinsOverACancelOfTheSameMoment) {
  VirtualLoop loop([](const HttpRequest&) { return answer(200, "{}"); });
  Context context(loop, Instant::max());
  Task<Result<Outcome>> task = exchange(context, {.url = "https://x"});
  loop.later(1ms, [&] { context.cancel(); });
  EXPECT_TRUE(loop.run(std::move(task)).status().code() == Code::kOk ||
              loop.run(exchange(context, {.url = "https://x"})).status().code() == Code::kCancelled);
}

Task<int> wait_for(Context& context, Signal& signal) {
  Task<Status> wait = signal.wait(context);
  const Status status = co_await wait;
  co_return static_cast<int>(status.code());
}

TEST(Signal, WakesEveryoneAndLeavesTheCancelledOut) {
  VirtualLoop loop;
  Signal signal;
  Context patient(loop, Instant::max());
  Context impatient(loop, loop.now() + 1ms);
  std::vector<Task<int>> tasks;
  tasks.push_back(wait_for(patient, signal));
  tasks.push_back(wait_for(impatient, signal));
  tasks.push_back(wait_for(patient, signal));
  loop.later(2ms, [&] { signal.notify_all(); });
  const std::vector<int> codes = loop.run(all(patient, std::move(tasks)));
  EXPECT_EQ(codes, (std::vector<int>{0, static_cast<int>(Code::kDeadlineExceeded), 0}));
}

TEST(All, OfNothingIsNothing) {
  VirtualLoop loop;
  Context context(loop, Instant::max());
  EXPECT_TRUE(loop.run(all(context, std::vector<Task<int>>{})).empty());
}

}  // namespace
}  // namespace brickwork
