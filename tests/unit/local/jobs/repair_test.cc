#include "local/api_error.h"
#include "unit/local/jobs/run_fixture.h"

namespace brickwork::local {
namespace {

class Repairing : public RunFixture {
 protected:
  // a is good, b fails, c below b is skipped.
  std::int64_t failed_run() {
    const std::int64_t id = start(job({task("a"), task("b", "a"), task("c", "b")}));
    executor_.end("a");
    executor_.fail("b");
    started();
    return id;
  }
  std::int64_t repair_all(std::int64_t id, std::optional<std::int64_t> latest = std::nullopt) {
    return scheduler_->repair({.run_id = id, .rerun_all_failed_tasks = true, .latest_repair_id = latest});
  }
  void expect_refused(const RepairRequest& request, const std::string& words) {
    try {
      scheduler_->repair(request);
      ADD_FAILURE() << "not refused";
    } catch (const ApiError& error) {
      EXPECT_EQ(error.http_status(), 400);
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
};

TEST_F(Repairing, RunsFailedAndSkippedTasksAgainUnderNewIdsAndKeepsTheRest) {
  const std::int64_t id = failed_run();
  const JobRun before = run(id);
  repair_all(id);
  EXPECT_EQ(result(id), "PENDING");
  EXPECT_EQ(run(id).end_time, 0);
  EXPECT_EQ(started(), Keys{"b"});
  EXPECT_EQ(result(id, "c"), "BLOCKED");
  executor_.end("b");
  executor_.end("c");
  const JobRun after = run(id);
  EXPECT_EQ(result(id), "SUCCESS");
  EXPECT_EQ(after.latest("a")->run_id, before.latest("a")->run_id);
  EXPECT_NE(after.latest("b")->run_id, before.latest("b")->run_id);
  EXPECT_EQ(after.latest("b")->attempt, 1);
  ASSERT_EQ(after.repairs.size(), 2u);
  EXPECT_EQ(after.repairs[0].state.result, Result::kFailed);
  EXPECT_EQ(after.repairs[1].task_run_ids, (std::vector{after.latest("b")->run_id, after.latest("c")->run_id}));
}

TEST_F(Repairing, ByNameLeavesDependentsUnlessAskedFor) {
  const std::int64_t id = start(job({task("a"), task("b", "a"), task("c", "b")}));
  for (const char* key : {"a", "b", "c"}) executor_.end(key);
  started();
  const std::int64_t first = scheduler_->repair({.run_id = id, .rerun_tasks = {"b"}});
  executor_.end("b");
  EXPECT_EQ(started(), Keys{"b"});
  EXPECT_EQ(result(id), "SUCCESS");
  scheduler_->repair({.run_id = id, .rerun_tasks = {"b"}, .rerun_dependent_tasks = true, .latest_repair_id = first});
  executor_.end("b");
  EXPECT_EQ(started(), (Keys{"b", "c"}));
}

TEST_F(Repairing, IsRefusedWhileTheRunIsActive) {
  const std::int64_t id = start(job({task("a")}));
  expect_refused({.run_id = id, .rerun_all_failed_tasks = true}, "active");
}

TEST_F(Repairing, IsRefusedWithoutTheLatestRepairIdOrWithAWrongOne) {
  const std::int64_t id = failed_run();
  expect_refused({.run_id = id, .rerun_all_failed_tasks = true, .latest_repair_id = 5}, "no latest repair ID");
  const std::int64_t first = repair_all(id);
  executor_.fail("b");
  expect_refused({.run_id = id, .rerun_all_failed_tasks = true}, "The latest repair ID needs to be provided");
  expect_refused({.run_id = id, .rerun_all_failed_tasks = true, .latest_repair_id = first + 1}, "latest repair ID");
  repair_all(id, first);
  EXPECT_EQ(run(id).repairs.size(), 3u);
}

TEST_F(Repairing, IsRefusedWhenNothingFailedOrTheTaskIsUnknown) {
  const std::int64_t id = start(job({task("a")}));
  executor_.end("a");
  expect_refused({.run_id = id, .rerun_all_failed_tasks = true}, "no task to rerun");
  expect_refused({.run_id = id, .rerun_tasks = {"zebra"}}, "'zebra' does not exist");
  expect_refused({.run_id = 1, .rerun_tasks = {"a"}}, "does not exist");
}

TEST_F(Repairing, UsesTheSettingsOfToday) {
  const std::int64_t id = failed_run();
  const std::int64_t job_id = run(id).job_id;
  std::string changed = job({task("a"), task("b", "a", "'max_retries':1"), task("c", "b")});
  jobs_.replace_settings(job_id, *settings(changed));
  repair_all(id);
  executor_.fail("b");
  EXPECT_EQ(started(), (Keys{"b", "b"}));
  executor_.end("b");
  executor_.end("c");
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(Repairing, CarriesJobParametersAndTakesNewOnes) {
  const std::int64_t id =
      start(job({task("a")}, "'parameters':[{'name':'x','default':'0'},{'name':'y','default':'0'}]"),
            {.job_parameters = {{"x", "1"}}});
  executor_.fail("a");
  scheduler_->repair({.run_id = id, .rerun_all_failed_tasks = true, .job_parameters = {{"y", "2"}}});
  EXPECT_EQ(executor_.task("a").parameters.at("x"), "1");
  EXPECT_EQ(executor_.task("a").parameters.at("y"), "2");
}

TEST_F(Repairing, ReadsTheValuesOfTasksThatDoNotRunAgain) {
  const std::int64_t id =
      start("{'name':'j','tasks':[" + task("a") +
            ",{'task_key':'b','depends_on':[{'task_key':'a'}],'notebook_task':{'notebook_path':'/n','base_parameters':"
            "{'rows':'{{tasks.a.values.rows}}','count':'{{job.repair_count}}'}}}]}");
  executor_.last.at("a").done(TaskEnd{.task_values = {{"rows", "7"}}});
  executor_.fail("b");
  repair_all(id);
  EXPECT_EQ(executor_.task("b").parameters.at("rows"), "7");
  EXPECT_EQ(executor_.task("b").parameters.at("count"), "1");
}

TEST_F(Repairing, OfACanceledRunRunsItsTasks) {
  const std::int64_t id = start(job({task("a"), task("b", "a")}));
  scheduler_->cancel(id);
  executor_.end("a", TaskEnd::Kind::kCanceled);
  started();
  repair_all(id);
  executor_.end("a");
  executor_.end("b");
  EXPECT_EQ(started(), (Keys{"a", "b"}));
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(Repairing, LooksAgainAtWhatWasExcludedBelow) {
  const std::int64_t id =
      start(job({task("bad"), task("good"), task("alarm", "bad good", "'run_if':'AT_LEAST_ONE_FAILED'"),
                 task("worse", "bad good", "'run_if':'ALL_FAILED'")}));
  executor_.end("good");
  executor_.fail("bad");
  executor_.end("alarm");
  EXPECT_EQ(result(id, "worse"), "EXCLUDED");
  repair_all(id);
  EXPECT_EQ(result(id, "worse"), "BLOCKED");
  executor_.end("bad");
  EXPECT_EQ(result(id, "worse"), "EXCLUDED");
}

}  // namespace
}  // namespace brickwork::local
