#include "local/api_error.h"
#include "unit/local/jobs/run_fixture.h"

namespace brickwork::local {
namespace {

// Health rules, and what webhooks are told of tasks.
class Notices : public RunFixture {
 protected:
  Notices() {
    scheduler_->tell({.noticed = [this](const JobRun& run, const Notice& notice) {
      const TaskRun* task = run.attempt(notice.task_run_id);
      told_.push_back((task == nullptr ? "run" : task->task_key + "/" + std::to_string(task->attempt)) + " " +
                      notice.event + (notice.tried_again ? ", again" : ""));
    }});
  }
  Keys take() { return std::exchange(told_, {}); }

  static std::string slow_after(int seconds) {
    return "'health':{'rules':[{'metric':'RUN_DURATION_SECONDS','op':'GREATER_THAN','value':" +
           std::to_string(seconds) + "}]}";
  }

  Keys told_;
};

constexpr const char* kTooSlow = " on_duration_warning_threshold_exceeded";

TEST_F(Notices, TellOfEveryAttemptAndWhetherAnotherOneFollows) {
  start(job({task("a", "", "'max_retries':1"), task("b", "a")}));
  EXPECT_EQ(take(), Keys{"a/0 on_start"});
  executor_.fail("a");
  EXPECT_EQ(take(), (Keys{"a/0 on_failure, again", "a/1 on_start"}));
  executor_.fail("a");
  EXPECT_EQ(take(), (Keys{"a/1 on_failure", "b/0 on_failure"}));
}

TEST_F(Notices, WarnOnceOfARunAndOfATaskThatTakeLonger) {
  const std::int64_t id = start(job({task("a", "", slow_after(5)), task("b", "", slow_after(20))}, slow_after(10)));
  clock_.advance(5000);
  EXPECT_EQ(take(), (Keys{"a/0 on_start", "b/0 on_start"}));
  clock_.advance(1);
  EXPECT_EQ(take(), Keys{std::string("a/0") + kTooSlow});
  clock_.advance(60'000);
  EXPECT_EQ(take(), (Keys{std::string("run") + kTooSlow, std::string("b/0") + kTooSlow}));
  EXPECT_EQ(result(id, "a"), "PENDING");
  executor_.end("a");
  EXPECT_EQ(take(), Keys{"a/0 on_success"});
}

TEST_F(Notices, SayNothingOfTimeInTheQueueAndWarnAgainAfterARepair) {
  const std::int64_t job_id = create(job({task("a")}, slow_after(10)));
  start(job_id);
  clock_.advance(8000);
  const std::int64_t waiting = start(job_id);
  clock_.advance(8000);
  executor_.end("a");
  take();
  clock_.advance(10'001);
  EXPECT_EQ(take(), Keys{std::string("run") + kTooSlow});
  executor_.fail("a");
  take();
  scheduler_->repair({.run_id = waiting, .rerun_all_failed_tasks = true});
  take();
  clock_.advance(10'001);
  EXPECT_EQ(take(), Keys{std::string("run") + kTooSlow});
}

class TaskRunLimit : public RunFixture {
 protected:
  TaskRunLimit() { scheduler_->limit_task_runs(2); }
};

TEST_F(TaskRunLimit, QueuesWhatMayWaitAndRefusesTheRest) {
  const std::int64_t wide = start(job({task("a"), task("b")}));
  const std::int64_t first = start(job({task("c")}));
  const std::int64_t second = start(job({task("d")}));
  EXPECT_EQ(result(first), "QUEUED");
  EXPECT_EQ(v2_status(state(first)).at("queue_details").at("code"), "ACTIVE_RUNS_LIMIT_REACHED");
  EXPECT_THROW(start(job({task("e")}, "'queue':{'enabled':false}")), ApiError);
  executor_.end("a");
  EXPECT_EQ(result(wide), "RUNNING");
  EXPECT_EQ(result(first), "PENDING");
  EXPECT_EQ(result(second), "QUEUED");
  executor_.end("b");
  EXPECT_EQ(result(second), "PENDING");
}

class TaskValues : public RunFixture {};

TEST_F(TaskValues, AreAtMost250InARun) {
  const std::int64_t id = start(job({task("a"), task("b", "a")}));
  boost::json::object values;
  for (int i = 0; i < 249; ++i) values[std::to_string(i)] = i;
  executor_.last.at("a").done({.task_values = values});
  const std::int64_t b = run(id).latest("b")->run_id;
  EXPECT_TRUE(executor_.host->may_set_task_value(b, "x"));
  EXPECT_TRUE(executor_.host->may_set_task_value(b, "x"));
  EXPECT_FALSE(executor_.host->may_set_task_value(b, "y"));
}

}  // namespace
}  // namespace brickwork::local
