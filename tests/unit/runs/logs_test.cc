#include <gtest/gtest.h>

#include "runs/output/growing_file.h"
#include "runs/output/log_place.h"
#include "runs/output/log_tail.h"
#include "unit/runs/fake_workspace.h"

namespace brickwork::runs {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;
using News = GrowingFile::News;

TEST(GrowingFile, GivesEachLineOnceWholeAndInOrder) {
  std::string content;
  GrowingFile file;
  Lines all;
  const std::string text = "one\ntwo\r\n\nGrüße, 世界\nlast without end";
  for (const char c : text) {  // grows byte by byte, also inside a character
    content += c;
    const News news = file.take(std::string_view(content).substr(static_cast<std::size_t>(file.offset())));
    EXPECT_EQ(news, News::kSome);
    for (std::string& line : file.lines()) all.push_back(std::move(line));
  }
  EXPECT_EQ(all, (Lines{"one", "two", "", "Grüße, 世界"}));
  EXPECT_EQ(file.line_number(), 5);
  EXPECT_EQ(file.take(std::string_view(content).substr(static_cast<std::size_t>(file.offset()))), News::kNone);
  EXPECT_EQ(file.rest(), "last without end");
  EXPECT_EQ(file.rest(), "");
}

TEST(GrowingFile, NoticesThatItWasReplacedBySmallerAndByLarger) {
  for (const std::string& replaced : {std::string("x\n"), std::string(), std::string(5'000, 'n')}) {
    GrowingFile file;
    file.take("first line of the old file\nsecond line of the old file\n");
    file.lines();
    const auto from = static_cast<std::size_t>(file.offset());
    const std::string piece = from < replaced.size() ? replaced.substr(from) : "";
    EXPECT_EQ(file.take(piece), News::kReplaced) << replaced.size();
    file.begin_again();
    EXPECT_EQ(file.offset(), 0);
    EXPECT_EQ(file.take("new\n"), News::kSome);
    EXPECT_EQ(file.lines(), Lines{"new"});
    EXPECT_EQ(file.line_number(), 4);  // the stream goes on
  }
}

TEST(GrowingFile, CutsALineWithoutAnEndBetweenTwoCharacters) {
  GrowingFile file;
  std::string endless;
  while (endless.size() < 200'000) endless += "ü";
  file.take("x" + endless);
  const Lines lines = file.lines();
  ASSERT_GE(lines.size(), 3u);
  std::string joined;
  for (const std::string& line : lines) {
    EXPECT_EQ(line.find("\xEF\xBF\xBD"), line.npos);
    EXPECT_LE(line.size(), 64u * 1024);
    joined += line;
  }
  EXPECT_EQ(joined + file.rest(), "x" + endless);
}

TEST(GrowingFile, WritesBytesThatAreNoTextAsSuch) {
  EXPECT_EQ(as_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(as_utf8("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(as_utf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  EXPECT_EQ(as_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // "/" the long way
  EXPECT_EQ(as_utf8("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = (group << 8U) | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) text += i + k > bytes.size() ? '=' : kDigits[(group >> (18 - 6 * k)) & 63U];
  }
  return text;
}

// A workspace with files beside its runs.
struct LiveLogs : testing::Test {
  LiveLogs()
      : loop([this](const HttpRequest& request) { return answer_to(request); }),
        client(loop, {.host = "https://fake.example"}, std::make_shared<NoSecret>(), {}),
        context(loop, Instant::max()) {}

  VirtualLoop::Reply answer_to(const HttpRequest& request) {
    const std::string& url = request.url;
    const auto parameter = [&](const std::string& name) {
      const std::size_t at = url.find(name + "=");
      if (at == url.npos) return std::string();
      std::string value = url.substr(at + name.size() + 1);
      value = value.substr(0, value.find('&'));
      for (std::size_t slash = value.find("%2F"); slash != value.npos; slash = value.find("%2F"))
        value.replace(slash, 3, "/");
      return value;
    };
    if (url.find("/dbfs/list") != url.npos) {
      ++lists;
      json::array found;
      for (const auto& [path, content] : files)
        if (path.starts_with(parameter("path"))) found.push_back(json::object{{"path", path}});
      return reply(200, json::serialize(json::object{{"files", found}}));
    }
    if (url.find("/dbfs/read") != url.npos) {
      ++reads;
      if (refuses) return reply(403, R"({"error_code": "PERMISSION_DENIED", "message": "not you, Bearer test-token"})");
      const auto file = files.find(parameter("path"));
      if (file == files.end()) return reply(404, R"({"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no file"})");
      return reply(
          200, json::serialize(json::object{{"data", base64(part(file->second, std::stoul(parameter("offset"))))}}));
    }
    if (const std::size_t at = url.find("/api/2.0/fs/files"); at != url.npos) {
      ++reads;
      const auto file = files.find(url.substr(at + 17));
      if (file == files.end()) return reply(404, R"({"error_code": "NOT_FOUND", "message": "no file"})");
      std::size_t offset = 0;
      for (const auto& [name, value] : request.headers)
        if (name == "Range") offset = std::stoul(value.substr(6));
      if (offset >= file->second.size()) return reply(416, R"({"error_code": "INVALID_RANGE", "message": "range"})");
      return reply(206, part(file->second, offset));
    }
    return workspace.handle(request);
  }
  static VirtualLoop::Reply reply(int status, std::string body) {
    VirtualLoop::Reply answer;
    answer.outcome.reached = Reached::kAnswered;
    answer.outcome.response.status = status;
    answer.outcome.response.body = std::move(body);
    return answer;
  }
  static std::string part(const std::string& content, std::size_t offset) {
    return offset < content.size() ? content.substr(offset, 1'048'576) : std::string();
  }

  void start(const char* kind, const char* destination) {
    json::object cluster{{"spark_version", "16.4.x-scala2.12"}, {"num_workers", 1}, {"node_type_id", "m"}};
    cluster["cluster_log_conf"] = json::object{{kind, json::object{{"destination", destination}}}};
    json::object group = many("g", 2);
    for (json::value& task : group["tasks"].as_array()) task.as_object()["new_cluster"] = cluster;
    const Result<json::object> launched = loop.run(launch(context, client, memory, {{"group", group}}));
    if (!launched.ok()) ADD_FAILURE() << launched.status()->message;
    run = launched.value().at("run_id").as_int64();
    handle = launched.value().at("handle").as_object();
    workspace.runs[run].tasks[0]["cluster_instance"] = json::object{{"cluster_id", "c-1"}};
  }
  void prints(milliseconds when, std::string text, std::string path = "/logs/c-1/driver/stdout") {
    loop.later(when, [this, text = std::move(text), path = std::move(path)] { files[path] += text; });
  }
  Result<json::object> watched(json::object request = {{"logs", true}}) {
    request["handle"] = handle;
    request["poll_ms"] = 1'000;
    return loop.run(watch(context, client, memory, std::move(request), host_reads([this](json::object progress) {
                            for (const json::value& entry : array_in(progress, "logs"))
                              told.push_back(entry.as_object());
                            EXPECT_TRUE(progress.contains("verdict"));
                          })));
  }
  Lines lines(std::string_view stream = "stdout") const {
    Lines all;
    for (const json::object& entry : told) {
      if (text(entry, "stream") != stream) continue;
      EXPECT_EQ(number_or_zero(entry, "first_line"), static_cast<std::int64_t>(all.size()) + 1);
      for (const json::value& line : array_in(entry, "lines")) all.emplace_back(line.as_string());
    }
    return all;
  }

  FakeWorkspace workspace;
  VirtualLoop loop;
  RestClient client;
  Memory memory;
  Context context;
  std::map<std::string, std::string> files;
  int reads = 0;
  int lists = 0;
  bool refuses = false;
  std::int64_t run = 0;
  json::object handle;
  std::vector<json::object> told;
};

TEST_F(LiveLogs, ComeFromDbfsWhileTasksRunAndWholeByTheEnd) {
  start("dbfs", "dbfs:/logs/");
  prints(5s, "one\ntw");
  prints(8s, "o\nthree\n");
  prints(9s, "oops\n", "/logs/c-1/driver/stderr");
  loop.later(20s, [&] {
    files["/logs/c-1/driver/stdout"] += "the last words";
    workspace.end_all(run, "SUCCESS");
  });
  const Result<json::object> state = watched();
  EXPECT_EQ(text(state.value(), "verdict"), "succeeded");
  EXPECT_EQ(lines(), (Lines{"one", "two", "three", "the last words"}));
  EXPECT_EQ(lines("stderr"), Lines{"oops"});
  EXPECT_GE(told.size(), 3u);  // not all at the end
  EXPECT_EQ(told.front().at("tasks"), json::array{"t0"});
  EXPECT_EQ(text(told.front(), "cluster_id"), "c-1");
  EXPECT_FALSE(state.value().contains("logs"));
}

TEST_F(LiveLogs, ComeFromAVolumeByRanges) {
  start("volumes", "/Volumes/main/default/logs");
  const std::string path = "/Volumes/main/default/logs/c-1/driver/stdout";
  prints(5s, "one\n", path);
  prints(8s, "two\n", path);
  loop.later(20s, [&] { workspace.end_all(run, "SUCCESS"); });
  ASSERT_TRUE(watched().ok());
  EXPECT_EQ(lines(), (Lines{"one", "two"}));
}

TEST_F(LiveLogs, LoseNothingWhenTheFileIsRotated) {
  start("dbfs", "dbfs:/logs");
  prints(3s, "old 1\nold 2\n");
  loop.later(10s, [&] {
    files["/logs/c-1/driver/stdout"] += "old 3, not read before\n";
    files["/logs/c-1/driver/stdout--2026-11-21--17-00"] = files["/logs/c-1/driver/stdout"];
    files["/logs/c-1/driver/stdout--2026-11-21--16-00"] = "from another hour\n";
    files["/logs/c-1/driver/stdout"] = "new 1\n";
  });
  prints(15s, "new 2\n");
  loop.later(30s, [&] { workspace.end_all(run, "SUCCESS"); });
  ASSERT_TRUE(watched().ok());
  EXPECT_EQ(lines(), (Lines{"old 1", "old 2", "old 3, not read before", "new 1", "new 2"}));
  EXPECT_EQ(lists, 1);
}

TEST_F(LiveLogs, OfMoreThanOneLookAreReadOn) {
  start("dbfs", "dbfs:/logs");
  std::string much;
  for (int i = 0; much.size() < 4'500'000; ++i) much += "line " + std::to_string(i) + "\n";
  prints(3s, much);
  loop.later(30s, [&] { workspace.end_all(run, "SUCCESS"); });
  ASSERT_TRUE(watched().ok());
  const Lines all = lines();
  EXPECT_EQ(all.front(), "line 0");
  EXPECT_EQ(all.size(), static_cast<std::size_t>(std::count(much.begin(), much.end(), '\n')));
}

TEST_F(LiveLogs, CostNothingWhereNoClusterWritesAnyAndLittleWhileNothingComes) {
  start("s3", "s3://bucket/logs");
  loop.later(1h, [&] { workspace.end_all(run, "SUCCESS"); });
  ASSERT_TRUE(watched().ok());
  EXPECT_EQ(reads, 0);
}

TEST_F(LiveLogs, SlowDownWhileNothingComes) {
  start("dbfs", "dbfs:/logs");
  loop.later(1h, [&] { workspace.end_all(run, "SUCCESS"); });
  ASSERT_TRUE(watched().ok());
  EXPECT_LE(reads, 2 * (3'600 / 12 + 10));
  EXPECT_GE(reads, 2 * (3'600 / 12 - 10));
}

TEST_F(LiveLogs, ThatCannotBeReadSayWhyOnceWithoutEndingTheWatch) {
  start("dbfs", "dbfs:/logs");
  refuses = true;
  loop.later(60s, [&] { workspace.end_all(run, "SUCCESS"); });
  EXPECT_EQ(text(watched().value(), "verdict"), "succeeded");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_NE(text(told[0], "unread").find("not you"), std::string_view::npos);
  EXPECT_EQ(text(told[0], "unread").find("test-token"), std::string_view::npos);  // what the workspace repeats
  EXPECT_EQ(reads, 1);
}

TEST_F(LiveLogs, LingerForWhatIsDeliveredLate) {
  start("dbfs", "dbfs:/logs");
  loop.later(5s, [&] { workspace.end_all(run, "SUCCESS"); });
  prints(4min, "late\n");
  ASSERT_TRUE(watched({{"logs", json::object{{"linger_ms", 300'000}}}}).ok());
  EXPECT_EQ(lines(), Lines{"late"});
}

TEST_F(LiveLogs, EndWithAWatchThatIsCancelledOrFails) {
  start("dbfs", "dbfs:/logs");
  Context impatient(loop, loop.now() + 30s);
  const auto late = loop.run(watch(impatient, client, memory, {{"handle", handle}, {"logs", true}}, {}));
  EXPECT_EQ(late.status().code(), Code::kDeadlineExceeded);
  loop.later(5s, [&] { workspace.runs.erase(run); });
  EXPECT_EQ(watched().status().code(), Code::kNotFound);
}

TEST_F(LiveLogs, OfAGroupRunGoOnThroughItsRepair) {
  json::object group = chain("g", {"a"});
  group["policy"] =
      json::object{{"repair", json::object{{"max_attempts", 1}, {"on", json::array{"cluster"}}, {"wait_ms", 1'000}}}};
  json::object cluster{{"spark_version", "16.4.x-scala2.12"}, {"num_workers", 1}, {"node_type_id", "m"}};
  cluster["cluster_log_conf"] = json::object{{"dbfs", json::object{{"destination", "dbfs:/logs"}}}};
  group["tasks"].as_array()[0].as_object()["new_cluster"] = cluster;
  const auto the_run = [this]() -> FakeWorkspace::SavedRun& { return workspace.runs.begin()->second; };
  loop.later(1s, [&] { the_run().tasks.back()["cluster_instance"] = json::object{{"cluster_id", "c-1"}}; });
  prints(2s, "first\n");
  loop.later(10s, [&] { workspace.end_task(workspace.runs.begin()->first, "a", "FAILED", "CLUSTER_ERROR"); });
  loop.later(60s, [&] { the_run().tasks.back()["cluster_instance"] = json::object{{"cluster_id", "c-2"}}; });
  prints(70s, "second\n", "/logs/c-2/driver/stdout");
  loop.later(90s, [&] { workspace.end_task(workspace.runs.begin()->first, "a", "SUCCESS"); });
  Lines all;
  const Result<json::object> ran =
      loop.run(run_group(context, client, memory, {{"group", group}, {"logs", true}, {"poll_ms", 1'000}},
                         host_reads([&](json::object progress) {
                           EXPECT_TRUE(progress.contains("handle"));
                           for (const json::value& entry : array_in(progress, "logs"))
                             for (const json::value& line : array_in(entry.as_object(), "lines"))
                               all.emplace_back(line.as_string());
                         })));
  ASSERT_TRUE(ran.ok());
  EXPECT_EQ(text(ran.value().at("state").as_object(), "verdict"), "succeeded");
  EXPECT_EQ(all, (Lines{"first", "second"}));
}

TEST_F(LiveLogs, RefuseAWrongWish) {
  start("dbfs", "dbfs:/logs");
  workspace.log.clear();
  for (const auto& [wish, pointer] : {std::pair<const char*, const char*>{R"("yes")", "/logs"},
                                      {R"({"linger_ms": -1})", "/logs/linger_ms"},
                                      {R"({"linger_ms": 3600001})", "/logs/linger_ms"}}) {
    EXPECT_EQ(watched({{"logs", json::parse(wish)}}).status()->pointer, pointer);
  }
  EXPECT_EQ(workspace.count(), 0);
}

}  // namespace
}  // namespace brickwork::runs
