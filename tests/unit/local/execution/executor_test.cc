#include <signal.h>

#include <fstream>

#include "unit/local/execution/local_workspace.h"

namespace brickwork::local {
namespace {

using Kind = TaskEnd::Kind;

TEST_F(LocalWorkspace, ANotebookEndsWithTheValueThatItExitsWith) {
  const TaskEnd end = run_notebook("# Databricks notebook source\ndbutils.notebook.exit('hello ' + str(6 * 7))\n");
  EXPECT_EQ(end.kind, Kind::kSuccess) << end.error << end.error_trace;
  EXPECT_EQ(end.notebook_result, "hello 42");
  EXPECT_TRUE(end.is_notebook);
  EXPECT_EQ(end.logs, "");
}

TEST_F(LocalWorkspace, AFailedNotebookNamesTheExceptionAndTheLineOfTheCell) {
  const TaskEnd end = run_notebook(
      "# Databricks notebook source\nx = 1\n\n# COMMAND ----------\n\ny = 2\nassert x == y, 'rows are missing'\n");
  EXPECT_EQ(end.kind, Kind::kFailed);
  EXPECT_EQ(end.error, "AssertionError: rows are missing");
  EXPECT_NE(end.error_trace.find("/Shared/n, cell 2"), std::string::npos) << end.error_trace;
  EXPECT_NE(end.error_trace.find("----> 2 assert x == y"), std::string::npos) << end.error_trace;
}

TEST_F(LocalWorkspace, AProcessThatDisappearsIsAFailedTaskThatSaysHow) {
  EXPECT_EQ(run_notebook("import os\nos._exit(7)").error,
            "The Python process of task t ended with exit code 7 before the task was finished");
  const TaskEnd killed = run_notebook("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)");
  EXPECT_EQ(killed.kind, Kind::kFailed);
  EXPECT_NE(killed.error.find("signal 9 (SIGKILL)"), std::string::npos) << killed.error;
}

TEST_F(LocalWorkspace, CancelEndsTheWholeProcessTree) {
  notebook("/Shared/n",
           "import os, subprocess, time\n"
           "child = subprocess.Popen(['sleep', '300'], start_new_session=True)\n"
           "open(os.environ['HOME_OF_TEST'] if 'HOME_OF_TEST' in os.environ else 'child', 'w').write(str(child.pid))\n"
           "os.rename('child', 'child.pid')\n"
           "time.sleep(300)\n");
  TaskStart task = notebook_task("/Shared/n");
  Ending ending;
  executor_->start(task, ending.running(), ending.done());
  ASSERT_TRUE(ending.wait_running());
  const auto file = tree_.file_of("/Shared/child.pid");
  for (int i = 0; i < 600 && !std::filesystem::exists(file); ++i) usleep(10'000);
  pid_t child = 0;
  std::ifstream(file) >> child;
  ASSERT_GT(child, 0);
  executor_->cancel(task.task_run_id);
  EXPECT_EQ(ending.wait().kind, Kind::kCanceled);
  EXPECT_EQ(kill(child, 0), -1);
}

TEST_F(LocalWorkspace, ATaskThatEndsLeavesNoDaemonBehind) {
  const TaskEnd end = run_notebook(
      "import subprocess\n"
      "daemon = subprocess.Popen(['bash', '-c', \"trap '' TERM HUP; sleep 300 & wait; sleep 300\"],\n"
      "                          start_new_session=True)\n"
      "dbutils.notebook.exit(daemon.pid)");
  ASSERT_EQ(end.kind, Kind::kSuccess) << end.error;
  EXPECT_EQ(kill(std::stoi(*end.notebook_result), 0), -1);
}

TEST_F(LocalWorkspace, ATaskThatWritesNonsenseToItsChannelHurtsOnlyItself) {
  const TaskEnd end = run_notebook(
      "import os, stat, time\n"
      "for fd in range(3, 64):\n"
      "    try:\n"
      "        if stat.S_ISSOCK(os.fstat(fd).st_mode):\n"
      "            os.write(fd, b'nonsense\\n{\"op\": \"task_value\"}\\n')\n"
      "    except OSError:\n"
      "        pass\n"
      "time.sleep(30)");
  EXPECT_EQ(end.kind, Kind::kFailed);
  EXPECT_EQ(run_notebook("dbutils.notebook.exit('alive')").notebook_result, "alive");
}

TEST_F(LocalWorkspace, ParametersWinOverTheDefaultsOfWidgets) {
  notebook("/Shared/n",
           "dbutils.widgets.text('state', 'Iowa')\ndbutils.widgets.text('year', '2016')\n"
           "dbutils.notebook.exit(dbutils.widgets.get('state') + dbutils.widgets.get('year'))");
  TaskStart task = notebook_task("/Shared/n");
  task.parameters = {{"year", "2017"}};
  EXPECT_EQ(run(task).notebook_result, "Iowa2017");
  EXPECT_EQ(run_notebook("dbutils.widgets.get('year')").error,
            "InputWidgetNotDefined: No input widget named year is defined");
}

TEST_F(LocalWorkspace, AMissingNotebookIsNotFound) {
  const TaskEnd end = run(notebook_task("/Shared/none"));
  EXPECT_EQ(end.kind, Kind::kNotFound);
  EXPECT_NE(end.error.find("Unable to access the notebook \"/Shared/none\""), std::string::npos) << end.error;
}

TEST_F(LocalWorkspace, TaskValuesOfAFailedTaskAreKept) {
  const TaskEnd end = run_notebook("dbutils.jobs.taskValues.set('rows', [1, 2])\nraise ValueError('late')");
  EXPECT_EQ(end.kind, Kind::kFailed);
  EXPECT_EQ(end.task_values, (boost::json::object{{"rows", {1, 2}}}));
}

TEST_F(LocalWorkspace, ASecretIsRedactedWhereverItIsPrinted) {
  secrets_.create_scope("s", "me@localhost");
  secrets_.put("s", "k", "tops3cret");
  const TaskEnd end = run_notebook(
      "v = dbutils.secrets.get('s', 'k')\nprint(v)\nassert v.startswith('tops')\nraise ValueError('no ' + v)");
  EXPECT_EQ(end.error, "ValueError: no [REDACTED]");
  EXPECT_EQ(end.error_trace.find("tops3cret"), std::string::npos);
  ASSERT_EQ(end.views.size(), 1u);
  EXPECT_EQ(end.views[0].html.find("tops3cret"), std::string::npos);
  EXPECT_NE(end.views[0].html.find("[REDACTED]"), std::string::npos);
}

TEST_F(LocalWorkspace, APythonFileHasItsArgumentsAndItsLogs) {
  std::ofstream(state_ / "dbfs" / "main.py") << "import sys\nprint(sys.argv[1:], __name__)\nsys.exit(3)\n";
  TaskStart task = notebook_task("");
  task.task = {{"spark_python_task", {{"python_file", "dbfs:/main.py"}, {"parameters", {"a", "b c"}}}}};
  const TaskEnd end = run(task);
  EXPECT_EQ(end.kind, Kind::kFailed);
  EXPECT_EQ(end.error, "SystemExit: 3");
  EXPECT_EQ(end.logs, "['a', 'b c'] __main__\n");
  EXPECT_FALSE(end.is_notebook);
}

// Starts what notebooks run, as the scheduler does, and keeps no record of it.
class NotebookHost final : public TaskHost {
 public:
  explicit NotebookHost(Executor& executor) : executor_(executor) { executor.serve(*this); }

  void run_notebook(const NotebookRun& wanted, std::function<void(TaskEnd)> ended) override {
    TaskStart task{.task_run_id = new_id(), .task_key = "notebook", .parameters = wanted.arguments};
    task.task = {{"notebook_task", {{"notebook_path", wanted.path}}}};
    task.cluster = {.cluster_id = wanted.cluster_id, .existing = true, .shared_with = wanted.task_run_id};
    task.user_name = wanted.user_name;
    executor_.start(
        std::move(task), [] {}, std::move(ended));
  }
  void end_notebooks_of(std::int64_t) override {}
  bool may_set_task_value(std::int64_t, const std::string&) override { return true; }
  void checked_out(std::int64_t, const std::string&) override {}

 private:
  Executor& executor_;
};

TEST_F(LocalWorkspace, ANotebookRunsAnotherOneAndGetsItsExitValue) {
  NotebookHost host(*executor_);
  notebook("/Shared/child", "dbutils.notebook.exit(dbutils.widgets.get('x') + '!')");
  EXPECT_EQ(run_notebook("dbutils.notebook.exit(dbutils.notebook.run('./child', 60, {'x': 'y'}))").notebook_result,
            "y!");
  notebook("/Shared/child", "raise KeyError('inside')");
  EXPECT_NE(run_notebook("dbutils.notebook.run('child', 60)").error.find("KeyError: 'inside'"), std::string::npos);
}

}  // namespace
}  // namespace brickwork::local
