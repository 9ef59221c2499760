#pragma once

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "local/jobs/job_store.h"
#include "local/jobs/run_store.h"
#include "local/jobs/scheduler.h"
#include "local/jobs/settings.h"

namespace brickwork::local {

// Inside a fixture, Run is a function of GoogleTest.
using JobRun = Run;

// Time moves only when a test says so.
class JumpingClock final : public Clock {
 public:
  std::int64_t now_ms() override { return now_; }
  void call_at(std::int64_t time_ms, std::function<void()> action) override { actions_.emplace(time_ms, action); }

  void advance(std::int64_t ms) {
    const std::int64_t end = now_ + ms;
    while (!actions_.empty() && actions_.begin()->first <= end) {
      const auto first = actions_.begin();
      now_ = std::max(now_, first->first);
      const std::function<void()> action = first->second;
      actions_.erase(first);
      action();
    }
    now_ = end;
  }

 private:
  std::int64_t now_ = 1'800'000'000'000;
  std::multimap<std::int64_t, std::function<void()>> actions_;
};

// Runs nothing and remembers everything: a test says how each task ends.
class FakeExecutor final : public Executor {
 public:
  struct Started {
    TaskStart task;
    std::function<void()> running;
    std::function<void(TaskEnd)> done;
  };

  void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) override {
    const std::string key = task.task_key;
    order.push_back(key);
    last[key] = {std::move(task), std::move(running), std::move(done)};
  }
  void cancel(std::int64_t task_run_id) override { canceled.push_back(task_run_id); }
  void cluster_released(const std::string& cluster_id) override { released.push_back(cluster_id); }
  void lose_cluster_of(std::int64_t, const std::string&) override {}
  std::string printed_so_far(std::int64_t) override { return ""; }
  void run_released(std::int64_t run_id) override { released_runs.push_back(run_id); }
  void serve(TaskHost& to) override { host = &to; }

  // What was started since the last question, in order.
  std::vector<std::string> take_started() { return std::exchange(order, {}); }
  const TaskStart& task(const std::string& key) { return last.at(key).task; }
  void run(const std::string& key) { last.at(key).running(); }
  void end(const std::string& key, TaskEnd::Kind kind = TaskEnd::Kind::kSuccess) {
    const auto done = last.at(key).done;
    done(TaskEnd{.kind = kind, .error = kind == TaskEnd::Kind::kSuccess ? "" : "it broke"});
  }
  void fail(const std::string& key) { end(key, TaskEnd::Kind::kFailed); }

  std::vector<std::string> order;
  std::map<std::string, Started> last;
  std::vector<std::int64_t> canceled;
  std::vector<std::string> released;
  std::vector<std::int64_t> released_runs;
  TaskHost* host = nullptr;
};

class RunFixture : public testing::Test {
 protected:
  // Settings from JSON with ' for ", which keeps the tests readable.
  static SharedObject settings(std::string text) {
    std::ranges::replace(text, '\'', '"');
    return std::make_shared<const boost::json::object>(
        stored_settings(boost::json::parse(text).as_object(), ApiVersion::k22));
  }
  // One notebook task with further members.
  static std::string task(const std::string& key, const std::string& upstream = "", const std::string& more = "") {
    std::string depends_on;
    for (std::size_t from = 0; from < upstream.size();) {
      const std::size_t end = std::min(upstream.find(' ', from), upstream.size());
      depends_on +=
          (depends_on.empty() ? "{'task_key':'" : ",{'task_key':'") + upstream.substr(from, end - from) + "'}";
      from = end + 1;
    }
    return "{'task_key':'" + key + "','notebook_task':{'notebook_path':'/n'},'depends_on':[" + depends_on + "]" +
           (more.empty() ? "" : "," + more) + "}";
  }
  static std::string job(const std::vector<std::string>& tasks, const std::string& more = "") {
    std::string list;
    for (const std::string& each : tasks) list += (list.empty() ? "" : ",") + each;
    return "{'name':'j','tasks':[" + list + "]" + (more.empty() ? "" : "," + more) + "}";
  }

  std::int64_t create(const std::string& text) {
    const Job created{new_id(), clock_.now_ms(), "me", settings(text)};
    jobs_.insert(created);
    return created.job_id;
  }
  std::int64_t start(std::int64_t job_id, const Launch& with = {}) {
    Launch launch = with;
    launch.job_id = job_id;
    launch.settings = jobs_.find(job_id)->settings;
    return scheduler_->launch(launch);
  }
  std::int64_t start(const std::string& text, const Launch& with = {}) { return start(create(text), with); }

  JobRun run(std::int64_t run_id) {
    JobRun copy;
    EXPECT_TRUE(scheduler_->read(run_id, [&](const JobRun& shown) { copy = shown; }));
    return copy;
  }
  State state(std::int64_t run_id) { return run(run_id).state; }
  State state(std::int64_t run_id, const std::string& key) { return run(run_id).latest(key)->state; }
  std::string result(std::int64_t run_id, const std::string& key) {
    const State shown = state(run_id, key);
    return std::string(shown.is_final() ? name_of(shown.result) : name_of(shown.life_cycle));
  }
  std::string result(std::int64_t run_id) {
    const State shown = state(run_id);
    return std::string(shown.is_final() ? name_of(shown.result) : name_of(shown.life_cycle));
  }
  std::vector<std::string> started() { return executor_.take_started(); }
  using Keys = std::vector<std::string>;

  Store store_{":memory:"};
  Workspace workspace_{store_, "/nowhere", "http://host", 7, "me", "token"};
  JobStore jobs_{store_};
  RunStore runs_{store_};
  FakeExecutor executor_;
  JumpingClock clock_;
  std::unique_ptr<Scheduler> scheduler_ = std::make_unique<Scheduler>(workspace_, jobs_, runs_, executor_, clock_);
};

}  // namespace brickwork::local
