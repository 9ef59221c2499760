#include <gtest/gtest.h>

#include <fstream>

#include "documents.h"
#include "exit_status.h"

namespace brickwork::cli {
namespace {

std::string file_of(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + name;
  std::ofstream(path) << text;
  return path;
}

std::string message_of(const std::string& text) {
  try {
    parse_document(text, "group.json");
  } catch (const Stop& stop) {
    EXPECT_EQ(stop.exit_status(), kWrongCommandOrDocument);
    return stop.what();
  }
  return {};
}

TEST(Documents, NamesLineAndColumnOfTheFirstMistake) {
  EXPECT_EQ(message_of("{\n  \"a\": }"), "group.json is not JSON: syntax error at line 2, column 8");
  EXPECT_NE(message_of("{} {}"), "");
  EXPECT_NE(message_of(""), "");
}

TEST(Documents, RefusesNestingWithoutEndInsteadOfRunningOutOfStack) {
  EXPECT_NE(message_of(std::string(10'000, '[')).find("deep"), std::string::npos);
}

TEST(Documents, RefusesBytesThatAreNotUtf8) { EXPECT_NE(message_of("{\"name\": \"\xff\"}"), ""); }

TEST(Documents, SendsTheGroupAsItWasWritten) {
  const std::string path = file_of("twice.json", R"({"name": "a", "name": "b"})");
  EXPECT_EQ(GroupText::read(path).request({{"launch_key", "k"}}),
            R"({"group":{"name": "a", "name": "b"},"launch_key":"k"})");
}

TEST(Documents, PointsIntoTheFileThatTheUserWrote) {
  json::object answer = json::parse(R"({"pointer": "/group/a/group/b", "findings": [{"pointer": "/group"},
    {"pointer": "/groups/0"}]})")
                            .as_object();
  point_into_the_file(answer);
  EXPECT_EQ(json::serialize(answer), R"({"pointer":"/a/group/b","findings":[{"pointer":""},{"pointer":"/groups/0"}]})");
}

TEST(Documents, PointsIntoTheFileBelowAnotherMember) {
  json::object answer = json::parse(R"({"pointer": "/settings", "findings": [{"pointer": "/settings/tasks/0"},
    {"pointer": "/settings_of/0"}]})")
                            .as_object();
  point_into_the_file(answer, "/settings");
  EXPECT_EQ(json::serialize(answer),
            R"({"pointer":"","findings":[{"pointer":"/tasks/0"},{"pointer":"/settings_of/0"}]})");
}

TEST(Documents, TakesARunInEachFormThatTheCommandLineNames) {
  EXPECT_EQ(run_reference("123"), (json::object{{"run_id", "123"}}));
  EXPECT_EQ(run_reference("https://w/jobs/1/runs/2"), (json::object{{"url", "https://w/jobs/1/runs/2"}}));
  const json::object handle{{"handle", {{"run_id", 5}}}};
  EXPECT_EQ(run_reference(file_of("handle.json", R"({"run_id": 5})")), handle);
  EXPECT_EQ(run_reference(file_of("launched.json", R"({"handle": {"run_id": 5}, "created": true})")), handle);
}

TEST(Documents, RefusesWhatNamesNoRun) {
  EXPECT_THROW(run_reference("nonsense"), Stop);
  EXPECT_THROW(run_reference(file_of("empty.json", "{}")), Stop);
  EXPECT_THROW(run_reference("12345678901234567890"), Stop) << "more than an id holds";
}

TEST(Documents, KeepsEqualsSignsInAParametersValue) {
  EXPECT_EQ(named_values({"a=1", "filter=x=y", "empty="}),
            (json::object{{"a", "1"}, {"filter", "x=y"}, {"empty", ""}}));
  EXPECT_THROW(named_values({"noequals"}), Stop);
  EXPECT_THROW(named_values({"=1"}), Stop);
}

TEST(Documents, ReadsWhatIsThereAndFallsBackForTheRest) {
  const json::object object{{"text", "a"}, {"number", 3}, {"flag", true}};
  EXPECT_EQ(text_of(object, "number", "none"), "none");
  EXPECT_EQ(number_of(object, "number"), 3);
  EXPECT_EQ(number_of(object, "text", -1), -1);
  EXPECT_TRUE(flag_of(object, "flag"));
  EXPECT_TRUE(object_of(object, "nowhere").empty());
}

TEST(Documents, WritesADocumentThatReadsBackTheSame) {
  const json::value document = json::parse(R"({"a":[1,{"b":"\u0001\"é"}],"empty":{},"none":null,"list":[]})");
  EXPECT_EQ(json::parse(pretty(document)), document);
  EXPECT_EQ(pretty(json::parse(R"({"a":[1,2]})")), "{\n  \"a\": [\n    1,\n    2\n  ]\n}");
}

TEST(ExitStatus, SortsEveryStatusIntoWhatAScriptCanDo) {
  EXPECT_EQ(exit_status_of(BW_OK), 0);
  EXPECT_EQ(exit_status_of(BW_INVALID_ARGUMENT), 2);
  EXPECT_EQ(exit_status_of(BW_NOT_FOUND), 2);
  EXPECT_EQ(exit_status_of(BW_UNAUTHENTICATED), 3);
  EXPECT_EQ(exit_status_of(BW_PERMISSION_DENIED), 3);
  EXPECT_EQ(exit_status_of(BW_UNAVAILABLE), 4);
  EXPECT_EQ(exit_status_of(BW_DEADLINE_EXCEEDED), 4);
  EXPECT_EQ(exit_status_of(BW_INTERNAL), 5);
  EXPECT_EQ(exit_status_of(9999), 5);
}

TEST(ExitStatus, TellsARunThatFailedFromOneThatGoesOn) {
  EXPECT_EQ(exit_status_of_verdict("succeeded"), 0);
  EXPECT_EQ(exit_status_of_verdict("succeeded_with_failures"), 0);
  EXPECT_EQ(exit_status_of_verdict("running"), 0);
  for (const char* verdict : {"failed", "canceled", "timed_out", "skipped", "something new"}) {
    EXPECT_EQ(exit_status_of_verdict(verdict), 1) << verdict;
  }
}

}  // namespace
}  // namespace brickwork::cli
