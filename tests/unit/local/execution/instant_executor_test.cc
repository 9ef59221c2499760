#include "local/execution/instant_executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace brickwork::local {
namespace {

TEST(InstantExecutor, EveryTaskSucceedsAndSaysThatNothingWasExecuted) {
  std::promise<TaskEnd> ended;
  std::atomic<bool> running = false;
  InstantExecutor executor;
  executor.start(
      {.task = {{"notebook_task", {{"notebook_path", "/none"}}}}}, [&] { running = true; },
      [&](TaskEnd end) { ended.set_value(std::move(end)); });
  const TaskEnd end = ended.get_future().get();
  EXPECT_TRUE(running);
  EXPECT_EQ(end.kind, TaskEnd::Kind::kSuccess);
  EXPECT_TRUE(end.is_notebook);
  EXPECT_NE(end.note.find("Nothing was executed"), std::string::npos);
}

TEST(InstantExecutor, AnEndMayStartTheNextTask) {
  std::promise<void> second;
  InstantExecutor executor;
  executor.start(
      {}, [] {},
      [&](const TaskEnd&) {
        executor.start(
            {}, [] {}, [&](const TaskEnd&) { second.set_value(); });
      });
  second.get_future().get();
}

}  // namespace
}  // namespace brickwork::local
