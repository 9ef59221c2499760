#include <gtest/gtest.h>

#include "show/outputs.h"
#include "show/progress.h"
#include "show/report.h"
#include "show/run_view.h"
#include "show/tree.h"
#include "show/words.h"

namespace brickwork::cli {
namespace {

constexpr Terminal kPlain{.columns = 80};
constexpr Terminal kColourful{.live = true, .colour = true, .unicode = true, .columns = 80};

json::object state(const char* text) { return json::parse(text).as_object(); }

const char* const kRunning = R"({"schema": "state/1", "verdict": "running",
  "run": {"run_id": 42, "run_id_str": "42", "name": "renewables", "run_page_url": "http://w/#job/1/run/42",
          "start_time_ms": 1000},
  "tasks": [
    {"path": "join", "run_id": 1, "verdict": "succeeded", "start_time_ms": 1000, "end_time_ms": 4500},
    {"path": "checks/rows", "run_id": 2, "verdict": "running", "start_time_ms": 5000},
    {"path": "checks/deep/er", "run_id": 3, "verdict": "failed", "start_time_ms": 5000, "end_time_ms": 6000,
     "error": "AssertionError: 3 rows\nTraceback", "attempt_number": 1},
    {"path": "chart", "verdict": "waiting"}],
  "groups": [{"path": "checks", "verdict": "running", "tasks_total": 2, "tasks_done": 1}]})";

std::string joined(const std::vector<TreeLine>& lines) {
  std::string text;
  for (const TreeLine& line : lines) text += line.text + "\n";
  return text;
}

TEST(Tree, DrawsTasksUnderTheirGroups) {
  EXPECT_EQ(joined(tree_of(run_view(state(kRunning)), kPlain, 9000)),
            "renewables  run 42  running  8.0 s\n"
            "|-join    + succeeded          3.5 s\n"
            "|-checks  * 1/2\n"
            "| |-rows  * running            4.0 s\n"
            "| `-deep\n"
            "|   `-er  x failed, attempt 2  1.0 s     AssertionError: 3 rows\n"
            "`-chart   . waiting\n");
}

TEST(Tree, NeverDrawsALineWiderThanTheTerminal) {
  for (int columns : {1, 8, 20, 33, 50}) {
    const Terminal narrow{.unicode = true, .columns = columns};
    for (const TreeLine& line : tree_of(run_view(state(kRunning)), narrow, 9000)) {
      EXPECT_LE(columns_of(line.text), static_cast<std::size_t>(columns)) << line.text;
    }
  }
}

TEST(Tree, ColoursOnATerminalAndNowhereElse) {
  EXPECT_NE(joined(tree_of(run_view(state(kRunning)), kColourful, 9000)).find("\033[31m"), std::string::npos);
  EXPECT_EQ(joined(tree_of(run_view(state(kRunning)), kPlain, 9000)).find('\033'), std::string::npos);
}

TEST(Tree, DropsWhatIsDoneFirstWhenTheScreenIsSmallAndSaysSo) {
  const std::vector<std::string> lines = fit(tree_of(run_view(state(kRunning)), kPlain, 9000), 6);
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(lines.back(), "  2 more: 1 succeeded, 1 waiting");
  EXPECT_NE(lines[4].find("failed"), std::string::npos);
}

TEST(Tree, FitsAnyScreen) {
  const std::vector<TreeLine> lines = tree_of(run_view(state(kRunning)), kPlain, 9000);
  for (int rows = -1; rows < 10; ++rows) {
    EXPECT_LE(fit(lines, rows).size(), static_cast<std::size_t>(std::max(rows, 2))) << rows;
  }
  EXPECT_EQ(fit(lines, 7).size(), 7u) << "nothing is left out where everything fits";
}

TEST(RunView, SurvivesAStateThatSaysNothing) {
  const RunView empty = run_view({});
  EXPECT_EQ(empty.verdict, "running");
  EXPECT_EQ(tree_of(empty, kPlain, 0).size(), 1u);
  EXPECT_NO_THROW(run_view(state(R"({"run": 3, "tasks": {"a": 1}, "groups": [7]})")));
}

TEST(ChangeLines, TellEachChangeOnce) {
  ChangeLines lines;
  const std::string first = lines.changes(run_view(state(kRunning)), 9000);
  EXPECT_NE(first.find("run 42 of renewables  http://w/#job/1/run/42\n"), std::string::npos);
  EXPECT_NE(first.find("join  succeeded after 3.5 s\n"), std::string::npos);
  EXPECT_NE(first.find("checks/deep/er  failed after 1.0 s  AssertionError: 3 rows\n"), std::string::npos);
  EXPECT_EQ(first.find("chart"), std::string::npos) << "that a task waits is no news";
  EXPECT_EQ(lines.changes(run_view(state(kRunning)), 9500), "");
}

TEST(ChangeLines, TellThatATaskFailedAgainAfterARepair) {
  ChangeLines lines;
  json::object before = state(kRunning);
  lines.changes(run_view(before), 0);
  before["tasks"].as_array()[2].as_object()["run_id"] = 99;
  EXPECT_NE(lines.changes(run_view(before), 0).find("checks/deep/er  failed"), std::string::npos);
}

TEST(ChangeLines, SayOnceThatTheWorkspaceDoesNotAnswerAndOnceThatItDoes) {
  ChangeLines lines;
  json::object stale = state(kRunning);
  lines.changes(run_view(stale), 0);
  stale["stale_since_ms"] = 1000;
  EXPECT_NE(lines.changes(run_view(stale), 0).find("no answer"), std::string::npos);
  EXPECT_EQ(lines.changes(run_view(stale), 0), "");
  stale.erase("stale_since_ms");
  EXPECT_NE(lines.changes(run_view(stale), 0).find("answers again"), std::string::npos);
}

TEST(Words, WriteDurationsAsPeopleDo) {
  EXPECT_EQ(duration_text(0), "0.0 s");
  EXPECT_EQ(duration_text(59'990), "59.9 s");
  EXPECT_EQ(duration_text(83'000), "1:23");
  EXPECT_EQ(duration_text(7'500'000), "2:05:00");
}

TEST(Words, CutByCharactersAndNotThroughOne) {
  EXPECT_EQ(cut("größer", 4, kColourful), "grö…");
  EXPECT_EQ(cut("größer", 6, kColourful), "größer");
  EXPECT_EQ(cut("abcdef", 3, kPlain), "ab~");
  EXPECT_EQ(cut("abc", 0, kPlain), "");
}

TEST(Words, LetNoProgramSteerTheTerminal) {
  EXPECT_EQ(first_line("a\033[2Jb\rc\nsecond"), "abc");
  EXPECT_EQ(shown("\033[0;31mError\033[0m: x\ty\n"), "Error: x\ty\n");
  EXPECT_EQ(shown("cut off \033[0;3"), "cut off ");
}

TEST(Report, PrintsEveryFindingWithItsPointerAndTheWayOut) {
  const json::object details = state(R"({"pointer": "/tasks/0", "findings": [
    {"severity": "error", "pointer": "/tasks/0/depends_on/0", "rule": "unknown-dependency", "message": "no task a",
     "fix": "name one of b, c"},
    {"severity": "warning", "pointer": "", "rule": "", "message": "long"}]})");
  EXPECT_EQ(error_text(BW_INVALID_ARGUMENT, "the group has 1 error", details),
            "brickwork: the group has 1 error\n"
            "error  /tasks/0/depends_on/0  no task a  [unknown-dependency]\n"
            "       -> name one of b, c\n"
            "warning  (the document)  long\n");
}

TEST(Report, SaysWhereAnErrorCameFrom) {
  const json::object details =
      state(R"({"error_code": "PERMISSION_DENIED", "http_status": 403, "request_id": "r-1", "attempts": 2})");
  EXPECT_EQ(error_text(BW_PERMISSION_DENIED, "may not", details),
            "brickwork: may not\n"
            "  (PERMISSION_DENIED, HTTP 403, 2 attempts, request r-1)\n"
            "  -> `brickwork auth check` shows as whom you are logged in\n");
}

TEST(Plan, ShowsWhatRunsAgainAndWhatIsKept) {
  const json::object plan = state(R"({"possible": true, "rerun": [{"path": "a", "reason": "failed"}], "keep": ["b"],
    "parameters": {"state": "Iowa"}, "saved_ms": 61000})");
  EXPECT_EQ(plan_text(plan),
            "run again  a  (failed)\nkeep       b\nparameter  state=Iowa\nWhat is kept took 1:01 of execution.\n");
  EXPECT_EQ(plan_text(state(R"({"possible": false, "reason": "it still runs"})")),
            "no repair is possible: it still runs\n");
}

TEST(Outputs, ShowResultLogsErrorAndTrace) {
  const json::array outputs = json::parse(R"([{"path": "a", "state": "SUCCESS", "result": "1", "logs": "x\ny",
    "logs_truncated": true}, {"path": "b", "verdict": "failed", "error": "E: boom", "error_trace": "t"}])")
                                  .as_array();
  EXPECT_EQ(outputs_text(outputs, kPlain),
            "a  SUCCESS\nresult:\n  1\nlogs (only the end):\n  x\n  y\n\n"
            "b  failed\nerror:\n  E: boom\ntrace:\n  t\n");
  EXPECT_EQ(error_heads_text(outputs, kPlain), "\nb: E: boom\n    t\n");
}

}  // namespace
}  // namespace brickwork::cli
