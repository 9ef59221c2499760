#include "boundary/verbs.h"

#include <gtest/gtest.h>

#include <set>

#include "brickwork/plugin.h"

namespace brickwork::boundary {
namespace {

TEST(Verbs, AreEachPureOrNot) {
  for (const Verb& verb : verbs()) EXPECT_NE(verb.pure == nullptr, verb.run == nullptr) << verb.name;
}

TEST(Verbs, HaveNumbersAndNamesOfTheirOwn) {
  std::set<std::uint32_t> numbers;
  std::set<std::string> names;
  for (const Verb& verb : verbs()) {
    EXPECT_TRUE(numbers.insert(verb.number).second) << verb.name;
    EXPECT_TRUE(names.insert(verb.name).second) << verb.name;
    EXPECT_EQ(find_verb(verb.number), &verb);
  }
  EXPECT_EQ(find_verb(0), nullptr);
}

TEST(Verbs, ThatWaitForARunHaveNoTimeLimitOfTheirOwn) {
  for (const std::uint32_t number : {BW_GROUP_RUN, BW_RUN_WATCH, BW_NOTEBOOK_RUN})
    EXPECT_EQ(find_verb(number)->waits, Verb::Waits::kForARun);
  EXPECT_EQ(find_verb(BW_RUN_CANCEL)->waits, Verb::Waits::kWhenAsked);
}

TEST(Verbs, OfAGroupPointIntoTheRequest) {
  const Result<boost::json::object> missing = lint_group({});
  EXPECT_EQ(missing.status()->pointer, "/group");
  const boost::json::object request{{"group", {{"name", "g"}, {"tasks", {{{"task_key", "a"}}}}}}};
  const Result<boost::json::object> found = lint_group(request);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found.value().at("ok"), false);
  for (const boost::json::value& finding : found.value().at("findings").as_array())
    EXPECT_TRUE(finding.at("pointer").as_string().starts_with("/group"));
  const Result<boost::json::object> refused = compile_group(request);
  EXPECT_EQ(refused.status().code(), Code::kInvalidArgument);
  EXPECT_TRUE(refused.status()->pointer.starts_with("/group"));
}

}  // namespace
}  // namespace brickwork::boundary
