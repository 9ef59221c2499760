#include "local/jobs/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

boost::json::object parse(std::string text) {
  std::ranges::replace(text, '\'', '"');
  return boost::json::parse(text).as_object();
}

std::string refusal(const std::string& text) {
  try {
    stored_settings(parse(text), ApiVersion::k22);
    return "";
  } catch (const ApiError& error) {
    return error.what();
  }
}

constexpr const char* kTask = "{'task_key':'a','notebook_task':{'notebook_path':'/n'}}";

TEST(Settings, AreRefusedWithTheNameOfWhatIsWrong) {
  const std::string task = kTask;
  EXPECT_EQ(refusal("{'tasks':[" + task + "]}"), "");
  EXPECT_NE(refusal("{'tasks':[{'task_key':'a','notebook_task':{}}]}").find("notebook_path"), std::string::npos);
  EXPECT_NE(refusal("{'tasks':[{'task_key':'a','notebook_task':{'notebook_path':'/n'},'sql_task':{}}]}")
                .find("more than one"),
            std::string::npos);
  EXPECT_NE(refusal("{'tasks':[" + task + "],'max_concurrent_runs':1001}").find("max_concurrent_runs"),
            std::string::npos);
  EXPECT_NE(refusal("{'tasks':[" + task + "],'parameters':[{'name':'a b'}]}").find("a b"), std::string::npos);
  EXPECT_NE(
      refusal("{'tasks':[{'task_key':'a','run_if':'NEVER','notebook_task':{'notebook_path':'/n'}}]}").find("NEVER"),
      std::string::npos);
  EXPECT_NE(refusal("{'name':'" + std::string(5000, 'x') + "'}").find("4096"), std::string::npos);
}

TEST(Settings, WithATriggerThatWouldNeverComeAreRefused) {
  const std::string arrival = "'trigger':{'file_arrival':{'url':'/Volumes/a'}";
  EXPECT_NE(refusal("{'tasks':[]," + arrival + "}}").find("file_arrival"), std::string::npos);
  EXPECT_EQ(refusal("{'tasks':[]," + arrival + ",'pause_status':'PAUSED'}}"), "");
  const std::string schedule = "'schedule':{'timezone_id':'UTC','quartz_cron_expression':";
  EXPECT_EQ(refusal("{'tasks':[]," + schedule + "'0 0 * * * ?'}}"), "");
  EXPECT_NE(refusal("{'tasks':[]," + schedule + "'0 0 25 * * ?'}}").find("hours"), std::string::npos);
}

TEST(Settings, NameTheCycleOfTheirTasks) {
  const auto task = [](const std::string& key, const std::string& upstream) {
    return "{'task_key':'" + key + "','notebook_task':{'notebook_path':'/n'},'depends_on':[{'task_key':'" + upstream +
           "'}]}";
  };
  const std::string message =
      refusal("{'tasks':[" + task("a", "c") + "," + task("b", "a") + "," + task("c", "b") + "]}");
  EXPECT_NE(message.find("a -> c -> b -> a"), std::string::npos) << message;
}

TEST(Settings, OfMoreThanAThousandTasksAreRefused) {
  std::string tasks;
  for (int i = 0; i < 1001; ++i)
    tasks += std::string(i > 0 ? "," : "") + "{'task_key':'t" + std::to_string(i) +
             "','notebook_task':{'notebook_path':'/n'}}";
  EXPECT_NE(refusal("{'tasks':[" + tasks + "]}").find("1001"), std::string::npos);
}

TEST(Settings, AreUpdatedByEntryAndTheRestStays) {
  const auto current = parse(std::string("{'name':'n','tags':{'a':'1'},'tasks':[") + kTask +
                             ",{'task_key':'b','notebook_task':{'notebook_path':'/n'}}]}");
  const auto updated = updated_settings(
      current, parse("{'tags':{'b':'2'},'tasks':[{'task_key':'b','notebook_task':{'notebook_path':'/m'}}]}"), {});
  EXPECT_EQ(boost::json::serialize(updated.at("tags")), R"({"b":"2"})");
  ASSERT_EQ(updated.at("tasks").as_array().size(), 2u);
  EXPECT_EQ(updated.at("tasks").at(1).at("notebook_task").at("notebook_path"), "/m");
  const auto removed = updated_settings(current, {}, {"tags", "tasks/a"});
  EXPECT_FALSE(removed.contains("tags"));
  EXPECT_EQ(removed.at("tasks").as_array().size(), 1u);
}

TEST(Settings, OfTwoPointTwoHaveAQueueUnlessTheySayNo) {
  const auto task = parse(std::string("{'tasks':[") + kTask + "]}");
  EXPECT_EQ(stored_settings(task, ApiVersion::k22).at("queue").at("enabled"), true);
  EXPECT_FALSE(stored_settings(task, ApiVersion::k21).contains("queue"));
}

}  // namespace
}  // namespace brickwork::local
