#include "boundary/log_ring.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace brickwork::boundary {
namespace {

TEST(LogRing, WritesALineForEachWithItsTimeAndLevel) {
  LogRing ring;
  ring.add(12, 1, "one");
  ring.add(13, 4, "two");
  EXPECT_EQ(ring.text(), "12 error one\n13 request two\n");
}

TEST(LogRing, KeepsTheLast1000AndSaysHowManyItLost) {
  LogRing ring;
  for (int i = 0; i < 1'007; ++i) ring.add(i, 3, "line");
  const std::string text = ring.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1'001);
  EXPECT_TRUE(text.starts_with("7 warning 7 lines were lost\n7 information line\n")) << text.substr(0, 80);
  ring.clear();
  EXPECT_EQ(ring.text(), "");
}

TEST(LogRing, KeepsALineInOneLineAndInBounds) {
  LogRing ring;
  ring.add(1, 2, "a\nb\r\nc");
  ring.add(2, 2, std::string(100'000, 'x'));
  const std::string text = ring.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_LT(text.size(), 5'000u);
}

}  // namespace
}  // namespace brickwork::boundary
