#include "group/edit_distance.h"

#include <gtest/gtest.h>

#include <string>

namespace brickwork::group {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("join", "join", 3), 0u);
  EXPECT_EQ(edit_distance("join", "joins", 3), 1u);
  EXPECT_EQ(edit_distance("join", "oin", 3), 1u);
  EXPECT_EQ(edit_distance("join", "jain", 3), 1u);
  EXPECT_EQ(edit_distance("join", "jion", 3), 1u);
  EXPECT_EQ(edit_distance("join_data", "jion_dta", 3), 2u);
  EXPECT_EQ(edit_distance("", "abc", 3), 3u);
}

TEST(EditDistance, StopsAtTheLimit) {
  EXPECT_EQ(edit_distance("join", "transform", 2), 3u);
  EXPECT_EQ(edit_distance("abcd", "wxyz", 3), 4u);
  EXPECT_EQ(edit_distance("abcd", "wxyz", 4), 4u);
  EXPECT_EQ(edit_distance("abcdef", "bcdefa", 1), 2u);
  EXPECT_EQ(edit_distance("abcdef", "bcdefa", 2), 2u);
}

TEST(EditDistance, LooksAtTheBeginningOfLongNamesOnly) {
  EXPECT_EQ(edit_distance(std::string(5'000'000, 'x'), std::string(4'000'000, 'x'), 2), 0u);
}

}  // namespace
}  // namespace brickwork::group
