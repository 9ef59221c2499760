// Settings as jobs/get answers them, one file for each thing that they can be about: each compiles to itself, and comes
// back from the group that it is imported as.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "group/import.h"
#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

std::vector<std::string> names() {
  std::vector<std::string> list;
  for (const auto& entry : std::filesystem::directory_iterator(BRICKWORK_GROUP_DOCUMENTS))
    list.push_back(entry.path().stem().string());
  std::sort(list.begin(), list.end());
  return list;
}

class SettingsOf : public testing::TestWithParam<std::string> {
 protected:
  json::value settings() const {
    std::ifstream file(std::filesystem::path(BRICKWORK_GROUP_DOCUMENTS) / (GetParam() + ".json"));
    return json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
  }
};

TEST_P(SettingsOf, CompileToThemselves) {
  const json::value settings = this->settings();
  const Compiled result = compiled(settings);
  EXPECT_EQ(json::serialize(result.settings), json::serialize(settings));
}

TEST_P(SettingsOf, ComeBackFromTheGroupTheyAreImportedAs) {
  const json::value settings = this->settings();
  Result<Imported> imported = import_settings(json::value(settings));
  ASSERT_TRUE(imported.ok()) << imported.status()->message;
  const Compiled again = compiled(json::value(imported.value().group));
  EXPECT_EQ(again.digest, compiled(settings).digest);

  // Equal as they are, but for the tasks that moved to their group.
  json::object expected = settings.get_object();
  json::object found = again.settings;
  for (json::object* job : {&expected, &found}) {
    json::array& tasks = job->at("tasks").get_array();
    std::sort(tasks.begin(), tasks.end(), [](const json::value& left, const json::value& right) {
      return left.at("task_key").get_string() < right.at("task_key").get_string();
    });
  }
  EXPECT_EQ(json::value(found), json::value(expected)) << json::serialize(imported.value().group);
}

TEST_P(SettingsOf, AreNoLongerAsAGroup) {
  const json::value settings = this->settings();
  const std::size_t tasks = settings.at("tasks").get_array().size();
  Result<Imported> imported = import_settings(json::value(settings));
  ASSERT_TRUE(imported.ok());
  // A group of its own costs a small job a few bytes; what repeats gains many.
  const std::size_t before = json::serialize(settings).size();
  const std::size_t after = json::serialize(imported.value().group).size();
  EXPECT_LE(after, before + 20 * (tasks + 1)) << json::serialize(imported.value().group);
  if (tasks >= 9 && GetParam() != "keys_that_are_no_paths") {
    EXPECT_LT(after, before);
  }
}

INSTANTIATE_TEST_SUITE_P(Documents, SettingsOf, testing::ValuesIn(names()),
                         [](const testing::TestParamInfo<std::string>& info) { return info.param; });

}  // namespace
}  // namespace brickwork::group
