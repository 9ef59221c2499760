#include <gtest/gtest.h>

#include <fstream>

#include "contract/groups.h"
#include "faults/command.h"

namespace brickwork::contract {
namespace {

json::object conditions(const std::string& name) {
  json::array tasks;
  tasks.push_back(condition_task("a", "1", "1"));
  tasks.push_back(condition_task("b", "1", "1", "a"));
  return group_of(name, std::move(tasks));
}

std::size_t jobs(const Host& host) {
  const json::object list = host.rest("GET", "/api/2.2/jobs/list?limit=100");
  return list.contains("jobs") ? list.at("jobs").as_array().size() : 0;
}

std::size_t runs(const Host& host) {
  const json::object list = host.rest("GET", "/api/2.2/jobs/runs/list");
  return list.contains("runs") ? list.at("runs").as_array().size() : 0;
}

void expect_fired(const Host& host) {
  const json::object rules = host.rest("GET", "/api/brickwork/faults");
  EXPECT_EQ(rules.at("rules").as_array()[0].as_object().at("fired").as_int64(), 1) << "the fault met no request";
}

// A connection that is patient enough for every fault below, and does not wait long for any of them.
json::object tireless() {
  return {{"retry", json::object{{"max_attempts", 50}, {"first_delay_ms", 10}, {"max_delay_ms", 100}}}};
}

struct OneFault {
  const char* name;
  const char* path;
  json::object fault;
};

void PrintTo(const OneFault& one, std::ostream* out) { *out << one.name << " at " << one.path; }

std::vector<OneFault> every_fault(std::vector<const char*> paths) {
  const std::vector<std::pair<const char*, json::object>> kinds = {
      {"reset_before", {{"kind", "reset_before"}}},
      {"reset_after", {{"kind", "reset_after"}}},
      {"truncate", {{"kind", "truncate"}, {"bytes", 4}}},
      {"delay", {{"kind", "delay"}, {"delay_ms", 300}}},
      {"429", {{"kind", "status"}, {"status", 429}}},
      {"503", {{"kind", "status"}, {"status", 503}, {"retry_after", "0"}}},
      {"500", {{"kind", "status"}, {"status", 500}, {"body", "<html>oops</html>"}, {"content_type", "text/html"}}}};
  std::vector<OneFault> faults;
  for (const char* path : paths)
    for (const auto& [name, fault] : kinds) faults.push_back({name, path, fault});
  return faults;
}

class LaunchUnderAFault : public testing::TestWithParam<OneFault> {
 protected:
  LocalWorkspace workspace;
  Host host{workspace, tireless()};
};

TEST_P(LaunchUnderAFault, StartsOneRunOfOneJob) {
  if (std::string_view(GetParam().path).ends_with("/reset"))
    host.done(BW_GROUP_LAUNCH, {{"group", group_of("g", {condition_task("x", "1", "1")})}});
  const std::size_t before = runs(host);
  host.disturb({json::object{{"path", GetParam().path}, {"fault", GetParam().fault}}});
  const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", conditions("g")}, {"launch_key", "k"}});
  expect_fired(host);
  EXPECT_EQ(runs(host), before + 1);
  EXPECT_EQ(jobs(host), 1u);
  const json::object state = host.done(BW_RUN_WATCH, {{"handle", launched.at("handle")}});
  EXPECT_EQ(text(state, "verdict"), "succeeded");
}

INSTANTIATE_TEST_SUITE_P(AtEveryRequest, LaunchUnderAFault,
                         testing::ValuesIn(every_fault({"/api/2.2/jobs/list", "/api/2.2/jobs/create",
                                                        "/api/2.2/jobs/reset", "/api/2.2/jobs/run-now"})));

class RepairUnderAFault : public testing::TestWithParam<OneFault> {
 protected:
  LocalWorkspace workspace;
  Host host{workspace, tireless()};
};

TEST_P(RepairUnderAFault, StartsOneRepair) {
  // A comparison of what are no numbers fails without starting any process.
  json::object broken = condition_task("broken", "one", "two");
  broken["condition_task"].as_object()["op"] = "GREATER_THAN";
  const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", group_of("g", {std::move(broken)})}});
  ASSERT_EQ(text(host.done(BW_RUN_WATCH, {{"handle", launched.at("handle")}}), "verdict"), "failed");

  host.disturb({json::object{{"path", GetParam().path}, {"fault", GetParam().fault}}});
  const json::object repaired = host.done(BW_RUN_REPAIR, {{"handle", launched.at("handle")}});
  const json::object state = host.done(BW_RUN_WATCH, {{"handle", repaired.at("handle")}});
  expect_fired(host);
  EXPECT_EQ(state.at("repairs").as_array().size(), 1u);
  EXPECT_EQ(state.at("repairs").as_array()[0].as_object().at("repair_id"), repaired.at("repair_id"));
}

INSTANTIATE_TEST_SUITE_P(AtEveryRequest, RepairUnderAFault,
                         testing::ValuesIn(every_fault({"/api/2.2/jobs/runs/repair", "/api/2.2/jobs/runs/get"})));

struct Dying : testing::Test {
  LocalWorkspace workspace;
  Host host{workspace, tireless()};
};

// The moments differ from round to round, so that each step of a launch gets its turn.
TEST_F(Dying, AHostKilledInTheMiddleOfALaunchLeavesOneRunForItsSuccessor) {
  for (int round = 0; round < 12; ++round) {
    const std::string name = "killed host " + std::to_string(round);
    const json::object request{{"group", conditions(name)}, {"launch_key", name}};
    Command first(workspace, {"run", write_group(workspace, conditions(name)), "--key", name, "--detach"});
    first.kill_after(std::chrono::milliseconds(5 * round));
    const json::object launched = host.done(BW_GROUP_LAUNCH, request);
    EXPECT_EQ(host.done(BW_GROUP_LAUNCH, request).at("run_id"), launched.at("run_id"));
    EXPECT_EQ(runs(host), static_cast<std::size_t>(round) + 1) << name;
    EXPECT_EQ(jobs(host), static_cast<std::size_t>(round) + 1) << name;
  }
}

TEST_F(Dying, AWorkspaceKilledInTheMiddleOfALaunchRunsItOnce) {
  for (int round = 0; round < 8; ++round) {
    const std::string name = "killed workspace " + std::to_string(round);
    const std::uint64_t op = host.start(BW_GROUP_LAUNCH, {{"group", conditions(name)}, {"launch_key", name}});
    pause(std::chrono::milliseconds(2 * round));
    workspace.kill();
    workspace.start();
    const Answer answer = host.wait(op);
    ASSERT_EQ(answer.status, BW_OK) << name << json::serialize(answer.error);
    EXPECT_EQ(runs(host), static_cast<std::size_t>(round) + 1) << name;
    EXPECT_EQ(jobs(host), static_cast<std::size_t>(round) + 1) << name;
  }
}

TEST_F(Dying, ManyHostsThatLaunchOneKeyAtOnceShareOneRun) {
  for (int round = 0; round < 5; ++round) {
    const std::string name = "crowd " + std::to_string(round);
    const std::string file = write_group(workspace, conditions(name));
    std::vector<std::unique_ptr<Command>> crowd;
    for (int i = 0; i < 6; ++i)
      crowd.push_back(std::make_unique<Command>(
          workspace, std::vector<std::string>{"run", file, "--key", name, "--detach", "--json"}));
    for (const auto& command : crowd) EXPECT_EQ(command->wait(), 0) << name;
    EXPECT_EQ(runs(host), static_cast<std::size_t>(round) + 1) << name;
    const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", conditions(name)}, {"launch_key", name}});
    EXPECT_EQ(runs(host), static_cast<std::size_t>(round) + 1) << name;
    EXPECT_EQ(text(host.done(BW_RUN_WATCH, {{"handle", launched.at("handle")}}), "verdict"), "succeeded");
  }
}

TEST_F(Dying, TwoProcessesThatRepairOneRunAtOnceStartOneRepair) {
  const std::filesystem::path marker = workspace.directory() / "mended";
  const json::object launched =
      host.done(BW_GROUP_LAUNCH, {{"group", group_that_can_be_mended(host, "contested", marker)}});
  ASSERT_EQ(text(host.done(BW_RUN_WATCH, {{"handle", launched.at("handle")}}), "verdict"), "failed");
  std::ofstream(marker) << "yes";

  const std::string run_id(text(launched, "run_id_str"));
  Command one(workspace, {"repair", run_id, "--detach"});
  Command two(workspace, {"repair", run_id, "--detach"});
  const int first = one.wait(), second = two.wait();
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 0);
  const json::object state = host.done(BW_RUN_GET, {{"handle", launched.at("handle")}});
  EXPECT_EQ(state.at("repairs").as_array().size(), 1u);
}

TEST_F(Dying, PollsThatAreCutSlowedAndRefusedEndNothing) {
  const json::object launched = host.done(BW_GROUP_LAUNCH, {{"group", endless_group(host, "pestered")}});
  json::array rules;
  for (const OneFault& one : every_fault({"/api/2.2/jobs/runs/get"}))
    rules.push_back(json::object{{"path", one.path}, {"count", 2}, {"fault", one.fault}});
  host.disturb(std::move(rules));
  const std::uint64_t op = host.start(BW_RUN_WATCH, {{"handle", launched.at("handle")}, {"poll_ms", 20}});
  const Host other(workspace);
  int fresh = 0;
  const Answer answer = host.wait(op, [&](const json::object& state) {
    if (!state.contains("stale_since_ms") && ++fresh == 2)
      other.done(BW_RUN_CANCEL, {{"handle", launched.at("handle")}});
  });
  ASSERT_EQ(answer.status, BW_OK) << json::serialize(answer.error);
  EXPECT_EQ(text(answer.response, "verdict"), "canceled");
}

}  // namespace
}  // namespace brickwork::contract
