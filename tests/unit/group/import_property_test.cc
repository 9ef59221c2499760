// Jobs and groups from fixed seeds: whatever is imported compiles back to the very same job.
#include <gtest/gtest.h>

#include <algorithm>

#include "group/import.h"
#include "unit/group/documents.h"
#include "unit/group/random_group.h"
#include "unit/group/random_job.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr int kSeedsOfOneTest = 150;

json::value sorted_by_key(json::object settings) {
  json::array& tasks = settings.at("tasks").get_array();
  std::sort(tasks.begin(), tasks.end(), [](const json::value& left, const json::value& right) {
    return left.at("task_key").get_string() < right.at("task_key").get_string();
  });
  return settings;
}

void expect_round_trip(const json::value& settings, const std::string& what) {
  const Compiled before = compiled(settings);
  Result<Imported> result = import_settings(json::value(settings));
  ASSERT_TRUE(result.ok()) << what << ": " << result.status()->message << "\n" << json::serialize(settings);
  const Imported& imported = result.value();
  const Compiled after = compiled(imported.group);
  EXPECT_EQ(imported.digest, before.digest) << what;
  EXPECT_EQ(after.digest, before.digest) << what << "\n" << json::serialize(imported.group);
  EXPECT_EQ(sorted_by_key(after.settings), sorted_by_key(before.settings)) << what << "\n"
                                                                           << json::serialize(imported.group);
}

class ImportProperty : public testing::TestWithParam<int> {};

TEST_P(ImportProperty, AJobOfSomebodyElseComesBack) {
  for (int i = 0; i < kSeedsOfOneTest && !HasFailure(); ++i) {
    const int seed = GetParam() * kSeedsOfOneTest + i;
    expect_round_trip(RandomJob(seed).settings(), "seed " + std::to_string(seed));
  }
}

TEST_P(ImportProperty, ACompiledGroupComesBack) {
  for (int i = 0; i < kSeedsOfOneTest && !HasFailure(); ++i) {
    const int seed = GetParam() * kSeedsOfOneTest + i;
    expect_round_trip(compiled(RandomGroup(seed).group()).settings, "seed " + std::to_string(seed));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, ImportProperty, testing::Range(0, 16));

}  // namespace
}  // namespace brickwork::group
