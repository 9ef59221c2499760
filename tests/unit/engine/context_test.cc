#include "engine/context.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>

#include "engine/signal.h"
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

Task<int> one() { co_return 1; }

Task<int> count_without_waiting(int rounds) {
  int done = 0;
  for (int i = 0; i < rounds; ++i) {
    Task<int> step = one();
    done += co_await step;
  }
  co_return done;
}

TEST(Task, AwaitsWhatNeverWaitsWithoutGrowingTheStack) {
  VirtualLoop loop;
  EXPECT_EQ(loop.run(count_without_waiting(1'000'000)), 1'000'000);
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
  loop.later(1ms, [&] { context.cancel(); });
  EXPECT_TRUE(loop.run(exchange(context, {.url = "https://x"})).ok());
  EXPECT_EQ(loop.run(exchange(context, {.url = "https://x"})).status().code(), Code::kCancelled);
}

TEST(Context, SleepsUntilItsDeadlineHoweverLongItIsAskedTo) {
  VirtualLoop loop;
  Context patient(loop, Instant::max());
  loop.later(1h, [&] { patient.cancel(); });
  EXPECT_EQ(loop.run(sleep_for(patient, milliseconds::max())).code(), Code::kCancelled);
  Context hurried(loop, loop.now() + 5ms);
  EXPECT_EQ(loop.run(sleep_for(hurried, milliseconds::max())).code(), Code::kDeadlineExceeded);
}

TEST(Context, EndsTheWaitsOfAllItsTasksWhenItIsCancelled) {
  VirtualLoop loop;
  const Instant begin = loop.now();
  Context context(loop, Instant::max());
  std::vector<Task<Status>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(sleep_for(context, 1h));
  loop.later(5ms, [&] { context.cancel(); });
  for (const Status& status : loop.run(all(context, std::move(tasks)))) EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_EQ(loop.now() - begin, 5ms);
}

Task<int> wait_for(Context& context, Signal& signal) {
  Signal::Waiter wait = signal.wait(context);
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

Task<Status> outlives_its_wait(Context& context, Signal& signal) {
  Signal::Waiter wait = signal.wait_until(context, context.loop().now() + 1ms);
  const Status waited = co_await wait;
  if (!waited.ok()) co_return Status();
  Task<Status> pause = sleep_for(context, 1h);
  co_return co_await pause;
}

// The waiter is part of the frame that went on: what comes later must not wake it again.
TEST(Signal, LeavesThoseAloneWhoWentOn) {
  VirtualLoop loop;
  Signal signal;
  const Instant begin = loop.now();
  Context context(loop, Instant::max());
  loop.later(2ms, [&] { signal.notify_all(); });
  loop.later(5ms, [&] { context.cancel(); });
  EXPECT_EQ(loop.run(outlives_its_wait(context, signal)).code(), Code::kCancelled);
  EXPECT_EQ(loop.now() - begin, 5ms);
}

Task<int> throws_later(Context& context) {
  Task<Status> pause = sleep_for(context, 1ms);
  const Status status = co_await pause;
  if (status.ok()) throw std::runtime_error("later");
  co_return 0;
}

TEST(All, WaitsForTheOthersBeforeItHandsUpWhatOneThrew) {
  VirtualLoop loop;
  const Instant begin = loop.now();
  Context context(loop, Instant::max());
  Signal signal;
  loop.later(10ms, [&] { signal.notify_all(); });
  std::vector<Task<int>> tasks;
  tasks.push_back(throws_later(context));
  tasks.push_back(wait_for(context, signal));
  EXPECT_THROW(loop.run(all(context, std::move(tasks))), std::runtime_error);
  EXPECT_EQ(loop.now() - begin, 10ms);
}

struct Witness {
  explicit Witness(bool& gone) : gone_(gone) {}
  ~Witness() { gone_ = true; }
  bool& gone_;
};

Task<int> keep(std::shared_ptr<Witness>) { co_return 1; }

TEST(Start, FreesTheTaskBeforeItTellsTheResult) {
  bool gone = false;
  bool gone_when_told = false;
  start<int>(keep(std::make_shared<Witness>(gone)),
             [&](std::optional<int>, std::exception_ptr) { gone_when_told = gone; });
  EXPECT_TRUE(gone_when_told);
}

TEST(All, OfNothingIsNothing) {
  VirtualLoop loop;
  Context context(loop, Instant::max());
  EXPECT_TRUE(loop.run(all(context, std::vector<Task<int>>{})).empty());
}

}  // namespace
}  // namespace brickwork
