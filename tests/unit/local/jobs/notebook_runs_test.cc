#include "unit/local/jobs/run_fixture.h"

namespace brickwork::local {
namespace {

// What a running task asks of the scheduler: notebooks of its own, and the commit that its run reads.
class NotebookRuns : public RunFixture {
 protected:
  // The run of a notebook that task `above` asked for, and how it ended.
  std::int64_t ask(std::int64_t seconds = 0) {
    executor_.host->run_notebook({.task_run_id = run(above_).latest("a")->run_id,
                                  .path = "/child",
                                  .arguments = {{"x", "{{job.id}}"}},
                                  .timeout_seconds = seconds,
                                  .user_name = "me"},
                                 [this](TaskEnd end) { ends_.push_back(std::move(end)); });
    return executor_.task("notebook").run_id;
  }

  std::int64_t above_ = start(job({task("a")}));
  std::vector<TaskEnd> ends_;
};

TEST_F(NotebookRuns, HaveTheClusterOfTheTaskThatAsksAndArgumentsAsTheyAre) {
  const std::int64_t id = ask();
  const TaskStart& child = executor_.task("notebook");
  EXPECT_EQ(child.cluster.shared_with, run(above_).latest("a")->run_id);
  EXPECT_EQ(child.parameters.at("x"), "{{job.id}}");
  EXPECT_EQ(run(id).run_type, "WORKFLOW_RUN");
  executor_.last.at("notebook").done({.is_notebook = true, .notebook_result = "7"});
  ASSERT_EQ(ends_.size(), 1u);
  EXPECT_EQ(ends_[0].notebook_result, "7");
  EXPECT_EQ(result(above_, "a"), "PENDING");
}

TEST_F(NotebookRuns, EndWhenTheirTimeIsUp) {
  const std::int64_t id = ask(5);
  clock_.advance(5000);
  EXPECT_EQ(executor_.canceled.size(), 1u);
  executor_.end("notebook", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(result(id), "TIMEDOUT");
  ASSERT_EQ(ends_.size(), 1u);
  EXPECT_EQ(ends_[0].error, "TimeoutException: the notebook did not end within 5 seconds");
}

TEST_F(NotebookRuns, EndWithTheTaskThatAskedForThem) {
  const std::int64_t id = ask();
  executor_.host->end_notebooks_of(run(above_).latest("a")->run_id);
  executor_.end("notebook", TaskEnd::Kind::kCanceled);
  EXPECT_EQ(result(id), "CANCELED");
  EXPECT_EQ(result(above_, "a"), "PENDING");
}

class GitCommit : public RunFixture {
 protected:
  static constexpr const char* kSource = "'git_source':{'git_url':'/r','git_provider':'gitHub','git_branch':'main'}";

  std::string used(const std::string& key) {
    const boost::json::object& source = *executor_.task(key).git_source;
    const boost::json::value* snapshot = source.if_contains("git_snapshot");
    return snapshot == nullptr ? "" : std::string(snapshot->at("used_commit").as_string());
  }
};

TEST_F(GitCommit, IsTheSameForEveryTaskAndARepairAndGoesWithTheRun) {
  const std::int64_t id = start(job({task("a"), task("b", "a")}, kSource));
  EXPECT_EQ(used("a"), "");
  executor_.host->checked_out(run(id).latest("a")->run_id, "c1");
  executor_.end("a");
  EXPECT_EQ(used("b"), "c1");
  executor_.fail("b");
  EXPECT_EQ(executor_.released_runs, std::vector<std::int64_t>{id});
  scheduler_->repair({.run_id = id, .rerun_tasks = {"b"}});
  EXPECT_EQ(used("b"), "c1");
}

}  // namespace
}  // namespace brickwork::local
