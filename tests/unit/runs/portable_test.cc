#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "runs/state/handle.h"
#include "runs/state/handle_at_rest.h"
#include "runs/state/state.h"
#include "runs/wire/fields.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHost = "https://fake.example";

json::object fixture(const fs::path& file) {
  std::ifstream in(file);
  return json::parse(std::string(std::istreambuf_iterator<char>(in), {})).as_object();
}

// Written by the version that the name says and never changed since; a new minor adds one when its handles say more.
TEST(HandleOfAnEarlierVersion, IsReadAndHandedOnWithAllThatItSaid) {
  int read = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(BRICKWORK_HANDLES)) {
    const json::object document = fixture(entry.path());
    const Result<Handle> handle = referred_run({{"handle", document}}, kHost);
    ASSERT_TRUE(handle.ok()) << entry.path() << ": " << handle.status()->message;
    json::object again = to_json(handle.value());
    for (const auto& [name, value] : document) {
      if (name == "library_version") continue;
      EXPECT_EQ(again[name], value) << entry.path() << ": " << std::string(name);
    }
    ++read;
  }
  EXPECT_EQ(read, 4);
}

// With the run not seen yet, with one whose tasks are others', and with its own.
TEST(HandleAtRest, IsReadBackFromTheStateAndWhatTheStateDoesNotSay) {
  const json::object own{{"job_id", 7}, {"run_name", "etl"}, {"tasks", {{{"task_key", "a"}, {"run_id", 1}}}}};
  std::vector<Handle> handles{Handle{.host = kHost, .run_id = 77}};
  for (const fs::directory_entry& entry : fs::directory_iterator(BRICKWORK_HANDLES))
    handles.push_back(referred_run({{"handle", fixture(entry.path())}}, kHost).value());
  for (Handle& handle : handles)
    for (const bool seen : {false, true}) {
      if (seen) learn(handle, own);
      const json::object state = seen ? state_of(handle, own, {}) : json::object();
      const Handle again = awake(at_rest(handle, state), state, handle.run_id, kHost);
      EXPECT_EQ(to_json(again), to_json(handle));
    }
  EXPECT_EQ(at_rest(handles.front(), state_of(handles.front(), own, {})), "");
}

struct Portable : testing::Test {
  // Every member that a handle can have.
  json::object full() const { return fixture(fs::path(BRICKWORK_HANDLES) / "handle-1.0-group.json"); }
  Status refused(json::object handle) const {
    const Result<Handle> result = referred_run({{"handle", std::move(handle)}}, kHost);
    return result.status();
  }
  void expect_refused(const char* member, json::value value, Code code, const std::string& pointer) const {
    json::object handle = full();
    handle[member] = std::move(value);
    const Status status = refused(std::move(handle));
    EXPECT_EQ(status.code(), code) << member;
    ASSERT_FALSE(status.ok()) << member;
    EXPECT_EQ(status->pointer, pointer) << status->message;
  }

  FakeWorkspace workspace;
  Process process{workspace};
};

TEST_F(Portable, AHandleThatWasCutSaysWhatIsMissing) {
  for (const char* member : {"host", "run_id"}) {
    json::object handle = full();
    handle.erase(member);
    handle.erase(std::string(member) + "_str");
    const Status status = refused(std::move(handle));
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_EQ(status->pointer, "/handle/" + std::string(member));
    EXPECT_NE(status->message.find("as a launch returned it"), std::string::npos);
  }
  EXPECT_EQ(referred_run({{"handle", "{\"host\": \"ht"}}, kHost).status()->pointer, "/handle");
  EXPECT_EQ(referred_run({{"handle", json::array()}}, kHost).status()->pointer, "/handle");
}

TEST_F(Portable, AHandleThatWasAlteredIsRefusedWhereItWas) {
  expect_refused("run_id", 5, Code::kInvalidArgument, "/handle/run_id_str");
  expect_refused("run_id", "12x", Code::kInvalidArgument, "/handle/run_id");
  expect_refused("run_id", -3, Code::kInvalidArgument, "/handle/run_id_str");
  expect_refused("job_id_str", "17", Code::kInvalidArgument, "/handle/job_id_str");
  expect_refused("tasks", 5, Code::kInvalidArgument, "/handle/tasks");
  expect_refused("tasks", {{{"path", "a"}}}, Code::kInvalidArgument, "/handle/tasks/0");
  expect_refused("schema", "state/1", Code::kInvalidArgument, "/handle/schema");
  expect_refused("schema", 1, Code::kInvalidArgument, "/handle/schema");
}

TEST_F(Portable, AHandleOfAnotherWorkspaceIsRefused) {
  expect_refused("host", "https://other.example", Code::kInvalidArgument, "/handle/host");
  json::object handle = full();
  handle["host"] = "https://FAKE.example/";
  EXPECT_TRUE(refused(std::move(handle)).ok()) << "the same, written differently";
}

TEST_F(Portable, AHandleOfAFutureMajorSaysSo) {
  expect_refused("schema", "handle/2", Code::kUnimplemented, "/handle/schema");
  json::object handle = full();
  handle["from_a_later_minor"] = 1;
  EXPECT_TRUE(refused(std::move(handle)).ok());
}

TEST_F(Portable, AHandleThatJavaScriptHandedOnMeansTheSameRun) {
  json::object handle = full();
  handle["run_id"] = handle["run_id"].as_int64() + 1;  // rounded to a number that a double can hold
  EXPECT_EQ(referred_run({{"handle", handle}}, kHost).value().run_id, full().at("run_id").as_int64());
  handle["run_id"] = static_cast<double>(full().at("run_id").as_int64());
  EXPECT_EQ(referred_run({{"handle", handle}}, kHost).value().run_id, full().at("run_id").as_int64());
}

TEST_F(Portable, ATaskThatStandsTwiceInAHandleRunsOnce) {
  json::object handle = full();
  json::array& tasks = handle["tasks"].as_array();
  const std::size_t size = tasks.size();
  tasks.push_back(tasks[0]);
  EXPECT_EQ(referred_run({{"handle", handle}}, kHost).value().tasks.size(), size);
}

TEST_F(Portable, AttachingByIdOrAddressRebuildsTheGroups) {
  json::object group = chain("g", {"a"});
  json::object inner{{"group", "inner"}, {"tasks", chain("", {"x"}).at("tasks")}};
  json::array tasks = chain("", {"rows"}).at("tasks").as_array();
  tasks.push_back(std::move(inner));
  group["tasks"].as_array().push_back(json::object{{"group", "checks"}, {"tasks", std::move(tasks)}});
  const auto launched =
      process.loop.run(launch(process.context, process.client, process.memory, {{"group", std::move(group)}}));
  const json::object original = launched.value().at("handle").as_object();
  const std::int64_t run = launched.value().at("run_id").as_int64();
  for (const json::object& request :
       {json::object{{"run_id", run}}, json::object{{"url", std::string(text(original, "run_page_url"))}}}) {
    Process other(workspace);
    const auto attached = other.loop.run(attach(other.context, other.client, other.memory, request));
    ASSERT_TRUE(attached.ok()) << attached.status()->message;
    const json::object& handle = attached.value().at("handle").as_object();
    for (const char* member : {"tasks", "groups", "job_id", "run_id", "host"})
      EXPECT_EQ(handle.at(member), original.at(member)) << member;
  }
}

TEST_F(Portable, KeysThatAreNoPathsStayWhatTheyAre) {
  for (const std::vector<std::string>& keys : {std::vector<std::string>{"__init", "b"}, {"a__", "b"}, {"a", "a__b"}}) {
    const auto launched =
        process.loop.run(launch(process.context, process.client, process.memory, {{"group", chain("g", keys)}}));
    const auto attached = process.loop.run(
        attach(process.context, process.client, process.memory, {{"run_id", launched.value().at("run_id")}}));
    for (const json::value& task : attached.value().at("handle").at("tasks").as_array())
      EXPECT_EQ(task.at("path"), task.at("task_key"));
  }
}

}  // namespace
}  // namespace brickwork::runs
