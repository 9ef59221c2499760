#include "unit/local/jobs/run_fixture.h"

namespace brickwork::local {
namespace {

// Tasks that start tasks: for_each_task and run_job_task.
class ForEachTask : public RunFixture {
 protected:
  static std::string each(const std::string& inputs, int concurrency, const std::string& more = "") {
    return "{'name':'j','tasks':[{'task_key':'each','for_each_task':{'inputs':" + inputs +
           ",'concurrency':" + std::to_string(concurrency) +
           ",'task':{'task_key':'one','notebook_task':{'notebook_path':'/n','base_parameters':{'x':'{{input}}'}}" +
           more +
           "}}},{'task_key':'after','depends_on':[{'task_key':'each'}],'notebook_task':{'notebook_path':'/n'}}]}";
  }
};

class RunJobTask : public RunFixture {
 protected:
  std::string calling(std::int64_t job_id) {
    return "{'task_key':'call','run_job_task':{'job_id':" + std::to_string(job_id) + ",'job_parameters':{'p':'2'}}}";
  }
  std::int64_t child_of(std::int64_t id) { return run(id).latest("call")->child_run_id; }
};

TEST_F(ForEachTask, RunsNoMoreAtOnceThanItMay) {
  const std::int64_t id = start(each("[1,2,3]", 2));
  EXPECT_EQ(started(), (Keys{"one", "one"}));
  EXPECT_EQ(executor_.task("one").parameters.at("x"), "2");
  executor_.end("one");
  EXPECT_EQ(started(), Keys{"one"});
  EXPECT_EQ(executor_.task("one").parameters.at("x"), "3");
  EXPECT_EQ(result(id, "after"), "BLOCKED");
}

TEST_F(ForEachTask, EndsWhenAllIterationsHaveEnded) {
  const std::int64_t id = start(each("'[10, 20]'", 1));
  executor_.end("one");
  executor_.end("one");
  EXPECT_EQ(result(id, "each"), "SUCCESS");
  EXPECT_EQ(started(), (Keys{"one", "one", "after"}));
}

TEST_F(ForEachTask, GoesOnAfterAFailureAndFailsAtTheEnd) {
  const std::int64_t id = start(each("[1,2]", 1));
  executor_.fail("one");
  executor_.end("one");
  EXPECT_EQ(result(id, "each"), "FAILED");
  EXPECT_EQ(result(id, "after"), "UPSTREAM_FAILED");
  EXPECT_EQ(runs_.load_output(run(id).latest("each")->run_id)->error, "1 of 2 iterations failed");
}

TEST_F(ForEachTask, RetriesAnIteration) {
  const std::int64_t id = start(each("[1]", 1, ",'max_retries':1"));
  executor_.fail("one");
  executor_.end("one");
  EXPECT_EQ(result(id, "each"), "SUCCESS");
}

TEST_F(ForEachTask, WithoutInputsSucceedsAtOnceAndWithBadOnesFails) {
  EXPECT_EQ(result(start(each("[]", 1)), "each"), "SUCCESS");
  EXPECT_EQ(result(start(each("'no list'", 1)), "each"), "FAILED");
}

TEST_F(ForEachTask, IsCanceledWithItsIterations) {
  const std::int64_t id = start(each("[1,2,3]", 2));
  scheduler_->cancel(id);
  EXPECT_EQ(executor_.canceled.size(), 2u);
  for (const std::int64_t task_run_id : executor_.canceled) EXPECT_TRUE(run(id).attempt(task_run_id)->is_iteration());
  EXPECT_EQ(result(id), "TERMINATING");
}

TEST_F(RunJobTask, IsWhatItsRunIs) {
  const std::int64_t child_job = create(job({task("inner")}, "'parameters':[{'name':'p','default':'1'}]"));
  const std::int64_t id = start(job({calling(child_job)}));
  EXPECT_EQ(executor_.task("inner").parameters.at("p"), "2");
  EXPECT_EQ(run(child_of(id)).trigger, "RUN_JOB_TASK");
  EXPECT_EQ(result(id, "call"), "RUNNING");
  executor_.end("inner");
  EXPECT_EQ(result(id), "SUCCESS");
}

TEST_F(RunJobTask, FailsWithItsRun) {
  const std::int64_t child_job = create(job({task("inner")}, "'parameters':[{'name':'p','default':'1'}]"));
  const std::int64_t id = start(job({calling(child_job)}));
  executor_.fail("inner");
  EXPECT_EQ(result(child_of(id)), "FAILED");
  EXPECT_EQ(result(id), "FAILED");
}

TEST_F(RunJobTask, CancelsItsRunToo) {
  const std::int64_t child_job = create(job({task("inner")}, "'parameters':[{'name':'p','default':'1'}]"));
  const std::int64_t id = start(job({calling(child_job)}));
  const std::int64_t child = child_of(id);
  scheduler_->cancel(id);
  executor_.end("inner", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(result(child), "CANCELED");
  EXPECT_EQ(result(id), "CANCELED");
}

TEST_F(RunJobTask, OfAJobThatIsNotThereFails) {
  const std::int64_t id = start(job({calling(5)}));
  EXPECT_EQ(result(id), "FAILED");
  EXPECT_EQ(state(id, "call").message, "Job 5 does not exist.");
}

TEST_F(RunJobTask, DoesNotCallItself) {
  const std::int64_t job_id = create(job({task("a")}, "'max_concurrent_runs':100"));
  jobs_.replace_settings(
      job_id, *settings(job({calling(job_id)}, "'max_concurrent_runs':100,'parameters':[{'name':'p','default':'1'}]")));
  const std::int64_t id = start(job_id);
  EXPECT_EQ(result(id), "FAILED");
}

}  // namespace
}  // namespace brickwork::local
