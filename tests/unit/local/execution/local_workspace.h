#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>

#include "local/execution/local_executor.h"

namespace brickwork::local {

// The end of one task, to be waited for from the test's thread.
class Ending {
 public:
  std::function<void()> running() {
    return [this] {
      const std::lock_guard lock(mutex_);
      running_ = true;
      changed_.notify_all();
    };
  }
  std::function<void(TaskEnd)> done() {
    return [this](TaskEnd end) {
      const std::lock_guard lock(mutex_);
      end_ = std::move(end);
      changed_.notify_all();
    };
  }
  bool wait_running() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kDeadline, [this] { return running_ || end_; }) && running_;
  }
  TaskEnd wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, kDeadline, [this] { return end_.has_value(); })) {
      ADD_FAILURE() << "the task did not end";
      return {};
    }
    return *end_;
  }

 private:
  static constexpr std::chrono::seconds kDeadline{60};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  std::optional<TaskEnd> end_;
};

// A workspace in a directory of its own, with an executor and no server.
class LocalWorkspace : public testing::Test {
 protected:
  LocalWorkspace() { std::filesystem::create_directories(state_ / "dbfs"); }
  ~LocalWorkspace() override {
    executor_.reset();
    std::filesystem::remove_all(state_);
  }

  void notebook(const std::string& path, const std::string& source, const std::string& language = "PYTHON") {
    tree_.put(path, language, source, true);
  }

  TaskStart notebook_task(const std::string& path) {
    return {.job_id = 11,
            .run_id = 12,
            .task_run_id = new_id(),
            .task_key = "t",
            .task = {{"notebook_task", {{"notebook_path", path}}}},
            .cluster = {.cluster_id = "c1", .name = "job-11-run-12-main"},
            .user_name = "me@localhost"};
  }

  TaskEnd run(const TaskStart& task) {
    Ending ending;
    executor_->start(task, ending.running(), ending.done());
    return ending.wait();
  }
  TaskEnd run_notebook(const std::string& source) {
    notebook("/Shared/n", source);
    return run(notebook_task("/Shared/n"));
  }

  static std::string python() { return std::filesystem::exists(BRICKWORK_TEST_PYTHON) ? BRICKWORK_TEST_PYTHON : ""; }
  static std::filesystem::path new_state() {
    auto directory = std::filesystem::temp_directory_path() / ("brickwork-test-" + std::to_string(new_id()));
    std::filesystem::create_directories(directory);
    return directory;
  }

  std::filesystem::path state_ = new_state();
  Store store_{state_ / "state.sqlite"};
  Workspace workspace_{store_, state_, "http://127.0.0.1:1", 42, "me@localhost", "the-token"};
  WorkspaceTree tree_{workspace_};
  ClusterRecords records_{workspace_};
  SecretStore secrets_{workspace_};
  std::unique_ptr<LocalExecutor> executor_ =
      std::make_unique<LocalExecutor>(workspace_, tree_, records_, secrets_, ExecutorOptions{.python = python()});
};

}  // namespace brickwork::local
