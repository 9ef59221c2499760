#include "unit/local/jobs/run_fixture.h"

namespace brickwork::local {
namespace {

class SchedulerOrder : public RunFixture {};
class SchedulerRetries : public RunFixture {};
class SchedulerTimeouts : public RunFixture {};
class SchedulerCancel : public RunFixture {};
class SchedulerConcurrency : public RunFixture {};
class SchedulerRestart : public RunFixture {};

TEST_F(SchedulerOrder, ShowsAllTasksAtOnceWithRunIdsOfTheirOwn) {
  const std::int64_t id = start(job({task("a"), task("b", "a"), task("c", "b")}));
  std::set<std::int64_t> ids;
  for (const TaskRun& each : run(id).tasks) ids.insert(each.run_id);
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_EQ(result(id, "a"), "PENDING");
  EXPECT_EQ(result(id, "b"), "BLOCKED");
  EXPECT_EQ(result(id), "PENDING");
}

TEST_F(SchedulerOrder, StartsATaskAsSoonAsItsOwnUpstreamsHaveEnded) {
  const std::int64_t id = start(job({task("a"), task("slow"), task("b", "a"), task("c", "a slow"), task("d", "b")}));
  EXPECT_EQ(started(), (Keys{"a", "slow"}));
  executor_.end("a");
  EXPECT_EQ(started(), Keys{"b"});
  executor_.end("b");
  EXPECT_EQ(started(), Keys{"d"});
  executor_.end("slow");
  EXPECT_EQ(started(), Keys{"c"});
  executor_.end("c");
  executor_.end("d");
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(SchedulerOrder, PassesThroughRunningToTheEnd) {
  const std::int64_t id = start(job({task("a")}));
  executor_.run("a");
  EXPECT_EQ(result(id), "RUNNING");
  EXPECT_EQ(result(id, "a"), "RUNNING");
  clock_.advance(1500);
  executor_.end("a");
  EXPECT_EQ(result(id), "SUCCESS");
  EXPECT_EQ(run(id).end_time - run(id).start_time, 1500);
}

TEST_F(SchedulerOrder, GoesOnElsewhereWhenOneBranchFails) {
  const std::int64_t id = start(job({task("bad"), task("good"), task("below_bad", "bad"), task("below_good", "good")}));
  executor_.fail("bad");
  executor_.end("good");
  EXPECT_EQ(result(id, "below_bad"), "UPSTREAM_FAILED");
  EXPECT_EQ(result(id), "RUNNING");
  executor_.end("below_good");
  EXPECT_EQ(result(id), "FAILED");
  EXPECT_EQ(state(id).life_cycle, LifeCycle::kInternalError);
  EXPECT_EQ(state(id).code, "RUN_EXECUTION_ERROR");
  EXPECT_EQ(state(id).message,
            "Task bad failed with message: Workload failed, see run output for details. This caused all downstream "
            "tasks to get skipped.");
  EXPECT_EQ(state(id, "bad").life_cycle, LifeCycle::kTerminated);
}

TEST_F(SchedulerOrder, JudgesTheRunByItsLeaves) {
  const std::int64_t id = start(job({task("bad"), task("mend", "bad", "'run_if':'ALL_FAILED'")}));
  executor_.fail("bad");
  executor_.end("mend");
  EXPECT_EQ(result(id), "SUCCESS_WITH_FAILURES");
}

TEST_F(SchedulerOrder, SkipsAThousandTasksInARow) {
  std::vector<std::string> tasks{task("t0")};
  for (int i = 1; i < 1000; ++i) tasks.push_back(task("t" + std::to_string(i), "t" + std::to_string(i - 1)));
  const std::int64_t id = start(job(tasks));
  executor_.fail("t0");
  EXPECT_EQ(result(id, "t999"), "UPSTREAM_FAILED");
  EXPECT_EQ(result(id), "FAILED");
}

TEST_F(SchedulerOrder, RunsOnlyWhatIsNamed) {
  const std::int64_t id = start(job({task("a"), task("b", "a"), task("c", "b")}), {.only = {"b+"}});
  EXPECT_EQ(started(), Keys{"b"});
  EXPECT_EQ(result(id, "a"), "DISABLED");
  executor_.end("b");
  EXPECT_EQ(started(), Keys{"c"});
}

TEST_F(SchedulerOrder, GivesTasksOfOneJobClusterOneClusterAndReleasesItAtTheEnd) {
  const std::string cluster = "'job_cluster_key':'main'";
  start(job({task("a", "", cluster), task("b", "a", cluster)},
            "'job_clusters':[{'job_cluster_key':'main','new_cluster':{'spark_version':'16'}}]"));
  const std::string id = executor_.task("a").cluster.cluster_id;
  EXPECT_FALSE(id.empty());
  EXPECT_EQ(executor_.task("a").cluster.spec.at("spark_version"), "16");
  executor_.end("a");
  EXPECT_EQ(executor_.task("b").cluster.cluster_id, id);
  EXPECT_TRUE(executor_.released.empty());
  executor_.end("b");
  EXPECT_EQ(executor_.released, Keys{id});
}

TEST_F(SchedulerOrder, HandsValuesDownAndParametersOver) {
  const std::int64_t job_id =
      create("{'name':'j','parameters':[{'name':'year','default':'2016'}],'tasks':[" + task("a") +
             ",{'task_key':'b','depends_on':[{'task_key':'a'}],'notebook_task':{'notebook_path':'/n','base_parameters':"
             "{'rows':'{{tasks.a.values.rows}}','year':'1','state':'{{tasks.a.result_state}}'}}}]}");
  start(job_id, {.job_parameters = {{"year", "2017"}}});
  executor_.last.at("a").done(TaskEnd{.task_values = {{"rows", 3}}});
  const TaskStart& b = executor_.task("b");
  EXPECT_EQ(b.parameters.at("rows"), "3");
  EXPECT_EQ(b.parameters.at("year"), "2017");
  EXPECT_EQ(b.parameters.at("state"), "success");
  EXPECT_EQ(b.task_values.at("a").at("rows"), 3);
}

TEST_F(SchedulerOrder, FailsATaskWhoseReferenceMeansNothing) {
  const std::int64_t id = start(
      "{'name':'j','tasks':[{'task_key':'a','notebook_task':{'notebook_path':'/n','base_parameters':"
      "{'x':'{{tasks.a.values.nothing}}'}}}]}");
  EXPECT_TRUE(started().empty());
  EXPECT_EQ(result(id), "FAILED");
  EXPECT_EQ(state(id, "a").code, "INVALID_RUN_CONFIGURATION");
  EXPECT_EQ(runs_.load_output(run(id).tasks[0].run_id)->error, "The task value nothing of task a was not set");
}

TEST_F(SchedulerRetries, TryAgainWithANewRunIdAndKeepTheFirst) {
  const std::int64_t id = start(job({task("a", "", "'max_retries':1"), task("b", "a")}));
  executor_.fail("a");
  EXPECT_EQ(started(), (Keys{"a", "a"}));
  ASSERT_EQ(run(id).tasks.size(), 3u);
  EXPECT_EQ(run(id).latest("a")->attempt, 1);
  EXPECT_EQ(result(id, "b"), "BLOCKED");
  executor_.end("a");
  EXPECT_EQ(started(), Keys{"b"});
  executor_.end("b");
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(SchedulerRetries, StopAtTheLimit) {
  const std::int64_t id = start(job({task("a", "", "'max_retries':2")}));
  for (int attempt = 0; attempt < 3; ++attempt) executor_.fail("a");
  EXPECT_EQ(started().size(), 3u);
  EXPECT_EQ(result(id), "FAILED");
}

TEST_F(SchedulerRetries, CountTheIntervalFromTheStartOfTheFailedAttempt) {
  const std::int64_t id = start(job({task("a", "", "'max_retries':1,'min_retry_interval_millis':10000")}));
  clock_.advance(4000);
  executor_.fail("a");
  started();
  EXPECT_EQ(result(id, "a"), "WAITING_FOR_RETRY");
  clock_.advance(5999);
  EXPECT_TRUE(started().empty());
  clock_.advance(1);
  EXPECT_EQ(started(), Keys{"a"});
}

TEST_F(SchedulerRetries, DoNotAskAConditionTwice) {
  const std::int64_t id = start(
      "{'name':'j','tasks':[{'task_key':'a','max_retries':-1,'condition_task':"
      "{'op':'GREATER_THAN','left':'x','right':'1'}}]}");
  EXPECT_EQ(result(id), "FAILED");
}

TEST_F(SchedulerRetries, LeaveAloneWhatCannotGetBetter) {
  const std::int64_t id = start(job({task("a", "", "'max_retries':-1")}));
  executor_.end("a", TaskEnd::Kind::kNotSupported);
  EXPECT_EQ(started(), Keys{"a"});
  EXPECT_EQ(state(id, "a").code, "FEATURE_DISABLED");
  EXPECT_EQ(result(id), "FAILED");
}

TEST_F(SchedulerTimeouts, EndATaskAndAreRetriedOnlyOnRequest) {
  const std::int64_t id = start(job({task("a", "", "'timeout_seconds':5,'max_retries':3")}));
  clock_.advance(4999);
  EXPECT_TRUE(executor_.canceled.empty());
  clock_.advance(1);
  EXPECT_EQ(executor_.canceled.size(), 1u);
  EXPECT_EQ(result(id, "a"), "TERMINATING");
  executor_.end("a", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(result(id, "a"), "TIMEDOUT");
  EXPECT_EQ(result(id), "FAILED");
}

TEST_F(SchedulerTimeouts, AreRetriedWhenTheTaskSaysSo) {
  const std::int64_t id = start(job({task("a", "", "'timeout_seconds':5,'max_retries':1,'retry_on_timeout':true")}));
  clock_.advance(5000);
  executor_.end("a", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(started(), (Keys{"a", "a"}));
  executor_.end("a");
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(SchedulerTimeouts, OfTheJobEndEverything) {
  const std::int64_t id = start(job({task("a"), task("b", "a")}, "'timeout_seconds':60"));
  clock_.advance(60'000);
  EXPECT_EQ(result(id), "TERMINATING");
  EXPECT_EQ(result(id, "b"), "CANCELED");
  executor_.end("a", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(result(id, "a"), "TIMEDOUT");
  EXPECT_EQ(result(id), "TIMEDOUT");
  EXPECT_TRUE(state(id).user_cancelled_or_timedout);
}

TEST_F(SchedulerTimeouts, OfTheJobAreFinalEvenForATaskThatRetriesOnTimeout) {
  const std::int64_t id =
      start(job({task("a", "", "'max_retries':3,'retry_on_timeout':true")}, "'timeout_seconds':60"));
  clock_.advance(60'000);
  executor_.end("a", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(started(), Keys{"a"});
  EXPECT_EQ(result(id), "TIMEDOUT");
}

TEST_F(SchedulerTimeouts, DoNotReachATaskThatWasFaster) {
  const std::int64_t id = start(job({task("a", "", "'timeout_seconds':5")}));
  clock_.advance(5000);
  executor_.end("a");
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(SchedulerCancel, AsksRunningTasksToEndAndStartsNoOther) {
  const std::int64_t id = start(job({task("a"), task("b", "a", "'run_if':'ALL_DONE'")}));
  scheduler_->cancel(id);
  EXPECT_EQ(result(id), "TERMINATING");
  EXPECT_EQ(result(id, "a"), "TERMINATING");
  executor_.end("a", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(result(id), "CANCELED");
  EXPECT_EQ(result(id, "b"), "CANCELED");
  EXPECT_EQ(state(id).code, "USER_CANCELED");
  EXPECT_EQ(started(), Keys{"a"});
}

TEST_F(SchedulerCancel, OfOneTaskLeavesTheOthersAlone) {
  const std::int64_t id =
      start(job({task("a"), task("b"), task("below", "a"), task("last", "a", "'run_if':'ALL_DONE'")}));
  scheduler_->cancel(run(id).latest("a")->run_id);
  executor_.end("a", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(result(id, "below"), "UPSTREAM_CANCELED");
  EXPECT_EQ(started(), (Keys{"a", "b", "last"}));
  executor_.end("b");
  executor_.end("last");
  EXPECT_EQ(result(id), "CANCELED");
}

TEST_F(SchedulerCancel, OfAFinishedRunChangesNothing) {
  const std::int64_t id = start(job({task("a")}));
  executor_.end("a");
  scheduler_->cancel(id);
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(SchedulerConcurrency, QueuesInOrderAndStartsTheNextAtTheEnd) {
  const std::int64_t job_id = create(job({task("a")}));
  const std::int64_t first = start(job_id), second = start(job_id), third = start(job_id);
  EXPECT_EQ(result(second), "QUEUED");
  clock_.advance(2000);
  executor_.end("a");
  EXPECT_EQ(result(first), "SUCCESS");
  EXPECT_EQ(result(second), "PENDING");
  EXPECT_EQ(result(third), "QUEUED");
  EXPECT_EQ(run(second).queue_ms, 2000);
}

TEST_F(SchedulerConcurrency, SkipsARunWithoutAQueue) {
  const std::int64_t job_id = create(job({task("a")}, "'queue':{'enabled':false},'max_concurrent_runs':2"));
  start(job_id);
  EXPECT_EQ(result(start(job_id)), "PENDING");
  const std::int64_t third = start(job_id);
  EXPECT_EQ(result(third), "MAXIMUM_CONCURRENT_RUNS_REACHED");
  EXPECT_EQ(state(third).life_cycle, LifeCycle::kSkipped);
  EXPECT_EQ(result(third, "a"), "MAXIMUM_CONCURRENT_RUNS_REACHED");
}

TEST_F(SchedulerConcurrency, GivesOneTokenOneRun) {
  const std::int64_t job_id = create(job({task("a")}));
  const std::int64_t first = start(job_id, {.idempotency_token = "t"});
  EXPECT_EQ(start(job_id, {.idempotency_token = "t"}), first);
  EXPECT_EQ(started(), Keys{"a"});
}

TEST_F(SchedulerRestart, EndsWhatWasExecutingAndSaysSo) {
  const std::int64_t id = start(job({task("a"), task("b", "a")}));
  executor_.run("a");
  Scheduler again(workspace_, jobs_, runs_, executor_, clock_);
  again.recover();
  again.read(id, [](const JobRun& shown) {
    EXPECT_EQ(shown.state.life_cycle, LifeCycle::kInternalError);
    EXPECT_NE(shown.state.message.find("was stopped while the run was executing"), std::string::npos);
    EXPECT_EQ(shown.latest("a")->state.result, Result::kFailed);
    EXPECT_TRUE(shown.latest("b")->state.is_repairable());
  });
  again.repair({.run_id = id, .rerun_all_failed_tasks = true});
  EXPECT_EQ(started(), (Keys{"a", "a"}));
}

TEST_F(SchedulerRestart, TakesUpTheQueue) {
  const std::int64_t job_id = create(job({task("a")}));
  const std::int64_t first = start(job_id), second = start(job_id);
  Scheduler again(workspace_, jobs_, runs_, executor_, clock_);
  again.recover();
  again.read(first, [](const JobRun& shown) { EXPECT_EQ(shown.state.result, Result::kFailed); });
  again.read(second, [](const JobRun& shown) { EXPECT_EQ(shown.state.life_cycle, LifeCycle::kPending); });
}

TEST_F(SchedulerRestart, KnowsTheTokenStill) {
  const std::int64_t job_id = create(job({task("a")}));
  const std::int64_t id = start(job_id, {.idempotency_token = "t"});
  Scheduler again(workspace_, jobs_, runs_, executor_, clock_);
  again.recover();
  Launch same{.job_id = job_id, .settings = jobs_.find(job_id)->settings, .idempotency_token = "t"};
  EXPECT_EQ(again.launch(same), id);
}

TEST_F(SchedulerRetries, AClusterThatIsGoneIsNotUsedAgainAndOneThatOnlyFailedATaskIs) {
  const std::string on_key = "'job_cluster_key':'k','max_retries':2,'min_retry_interval_millis':1";
  const std::int64_t id =
      start(job({task("a", "", on_key)}, "'job_clusters':[{'job_cluster_key':'k','new_cluster':{}}]"));
  const std::string first = executor_.task("a").cluster.cluster_id;
  executor_.last.at("a").done({.kind = TaskEnd::Kind::kClusterError, .error = "no Spark"});
  clock_.advance(10);
  EXPECT_EQ(executor_.task("a").cluster.cluster_id, first);
  executor_.last.at("a").done({.kind = TaskEnd::Kind::kClusterError, .error = "lost", .cluster_gone = true});
  clock_.advance(10);
  const std::string second = executor_.task("a").cluster.cluster_id;
  EXPECT_NE(second, first);
  executor_.end("a");
  EXPECT_EQ(result(id), "SUCCESS");
  EXPECT_EQ(executor_.released, std::vector{second});
}

}  // namespace
}  // namespace brickwork::local
