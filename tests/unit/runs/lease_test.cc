#include "runs/launch/lease.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Leases : testing::Test {
  Leases() {
    std::string pattern = (fs::temp_directory_path() / "brickwork-lease-XXXXXX").string();
    directory = mkdtemp(pattern.data());
  }
  ~Leases() override { fs::remove_all(directory); }

  json::object terms() const { return {{"directory", directory.string()}, {"ms", 60'000}}; }
  json::object request(const std::string& on_abandon) const {
    json::object group = chain("g", {"a"});
    group["policy"] = json::object{{"on_abandon", on_abandon}, {"launch_key", "dag/1"}};
    return {{"group", std::move(group)}, {"lease", terms()}};
  }
  // A launcher that was killed: its run goes on, its lease is what is left of it.
  std::int64_t died(const std::string& on_abandon) {
    const auto launched =
        sweeper.loop.run(launch(sweeper.context, sweeper.client, sweeper.memory, request(on_abandon)));
    const json::object& handle = launched.value().at("handle").as_object();
    const std::int64_t run = launched.value().at("run_id").as_int64();
    std::ofstream(file(run)) << json::serialize(json::object{{"ms", 60'000}, {"handle", handle}});
    return run;
  }
  fs::path file(std::int64_t run) const { return directory / (std::to_string(run) + ".lease.json"); }
  Result<json::object> swept(bool wait = false) {
    return sweeper.loop.run(
        sweep(sweeper.context, sweeper.client, sweeper.memory, {{"lease", terms()}, {"wait", wait}}));
  }
  std::size_t count(const json::object& answer, const char* list) { return answer.at(list).as_array().size(); }

  fs::path directory;
  FakeWorkspace workspace;
  Process sweeper{workspace};
};

TEST_F(Leases, ARunWhoseLauncherDiedIsCancelledWhenNothingChangedForLongEnough) {
  const std::int64_t run = died("cancel");
  EXPECT_EQ(count(swept().value(), "held"), 1u) << "one look says nothing";
  sweeper.loop.run(sleep_for(sweeper.context, 80s)).ok();
  EXPECT_EQ(count(swept().value(), "held"), 1u);
  sweeper.loop.run(sleep_for(sweeper.context, 11s)).ok();
  const json::object answer = swept().value();
  ASSERT_EQ(count(answer, "canceled"), 1u);
  EXPECT_EQ(answer.at("canceled").as_array()[0].at("run_id").as_int64(), run);
  EXPECT_EQ(text(answer.at("canceled").as_array()[0].as_object(), "launch_key"), "dag/1");
  EXPECT_FALSE(workspace.active(run));
  EXPECT_FALSE(fs::exists(file(run)));
}

TEST_F(Leases, ASweepThatWaitsDecidesByItself) {
  const std::int64_t run = died("cancel");
  EXPECT_EQ(count(swept(true).value(), "canceled"), 1u);
  EXPECT_FALSE(workspace.active(run));
}

TEST_F(Leases, ARunThatMayOutliveItsLauncherIsNamedAndLeft) {
  const std::int64_t run = died("leave");
  EXPECT_EQ(count(swept(true).value(), "abandoned"), 1u);
  EXPECT_TRUE(workspace.active(run));
}

TEST_F(Leases, OfARunThatEndedOrIsGoneGoesAway) {
  const std::int64_t run = died("cancel");
  workspace.end_all(run, "SUCCESS");
  EXPECT_EQ(count(swept(true).value(), "ended"), 1u);
  const std::int64_t gone = [&] {
    workspace = FakeWorkspace();
    return died("cancel");
  }();
  workspace.runs.clear();
  EXPECT_EQ(count(swept(true).value(), "ended"), 1u);
  EXPECT_FALSE(fs::exists(file(gone)));
  EXPECT_EQ(workspace.count("/runs/cancel"), 0);
}

// The file's time is only ever compared with itself: a launcher whose clock runs backwards lives all the same.
TEST_F(Leases, OfALauncherWhoseClockJumpsIsHeld) {
  const std::int64_t run = died("cancel");
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(count(swept().value(), "held"), 1u);
    const timespec times[2] = {{}, {.tv_sec = 2'000'000'000 - 400'000'000 * i, .tv_nsec = 0}};
    utimensat(AT_FDCWD, file(run).c_str(), times, 0);
    sweeper.loop.run(sleep_for(sweeper.context, 100s)).ok();
  }
  EXPECT_TRUE(workspace.active(run));
}

TEST_F(Leases, TakenOverByTheNextLaunchWithTheKeyIsHeld) {
  const std::int64_t run = died("cancel");
  swept().value();
  sweeper.loop.run(sleep_for(sweeper.context, 100s)).ok();
  Process successor(workspace);
  successor.loop.later(200s, [&] {  // while it follows the run
    EXPECT_EQ(count(swept().value(), "held"), 1u);
    workspace.end_all(run, "SUCCESS");
  });
  const auto ran =
      successor.loop.run(run_group(successor.context, successor.client, successor.memory, request("cancel"), {}));
  EXPECT_EQ(text(ran.value().at("state").as_object(), "verdict"), "succeeded");
  EXPECT_EQ(workspace.runs.size(), 1u);
  EXPECT_FALSE(fs::exists(file(run))) << "who is done with its run takes the lease away";
}

TEST_F(Leases, AreRenewedThreeTimesInATermAndHoldNoSecret) {
  Process launcher(workspace);
  std::set<std::int64_t> signs;
  for (const auto when : {1s, 25s, 45s, 65s})
    launcher.loop.later(when, [&] {
      const fs::path lease = file(workspace.runs.begin()->first);
      signs.insert(sign_of_life(lease).value());
      struct stat status {};
      stat(lease.c_str(), &status);
      EXPECT_EQ(status.st_mode & 0777, 0600u);
      std::ifstream in(lease);
      EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}).find("test-token"), std::string::npos);
      usleep(20'000);  // the file's time is real: coarse clocks tell two writes apart after a tick
    });
  launcher.loop.later(70s, [&] { workspace.end_all(workspace.runs.begin()->first, "SUCCESS"); });
  ASSERT_TRUE(
      launcher.loop.run(run_group(launcher.context, launcher.client, launcher.memory, request("cancel"), {})).ok());
  EXPECT_EQ(signs.size(), 4u);
}

TEST_F(Leases, OfAnotherWorkspaceOrDamagedCancelNothing) {
  const std::int64_t run = died("cancel");
  std::ofstream(directory / "1.lease.json")
      << "{\"ms\": 100, \"handle\": {\"host\": \"https://other.example\", \"run_id\": " << run << "}}";
  std::ofstream(directory / "2.lease.json") << "{\"ms\": 100, \"han";
  std::ofstream(directory / "3.lease.json") << "{\"ms\": -5}";
  fs::remove(file(run));
  const json::object answer = swept(true).value();
  EXPECT_EQ(count(answer, "failed"), 2u);
  EXPECT_EQ(count(answer, "canceled"), 0u);
  EXPECT_TRUE(workspace.active(run));
}

TEST_F(Leases, BadTermsAreRefusedBeforeAnythingIsSent) {
  for (const auto& [lease, pointer] : std::vector<std::pair<json::value, std::string>>{
           {"x", "/lease"},
           {json::object(), "/lease/directory"},
           {json::object{{"directory", "relative"}}, "/lease/directory"},
           {json::object{{"directory", "/tmp"}, {"ms", -1}}, "/lease/ms"}}) {
    json::object wrong = request("cancel");
    wrong["lease"] = lease;
    const auto ran = sweeper.loop.run(run_group(sweeper.context, sweeper.client, sweeper.memory, wrong, {}));
    EXPECT_EQ(ran.status()->pointer, pointer);
  }
  const auto result = sweeper.loop.run(sweep(sweeper.context, sweeper.client, sweeper.memory, {}));
  EXPECT_EQ(result.status()->pointer, "/lease");
  EXPECT_EQ(workspace.count(), 0);
}

}  // namespace
}  // namespace brickwork::runs
