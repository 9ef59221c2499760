#include "rest/url.h"

#include <gtest/gtest.h>

#include "rest/user_agent.h"

namespace brickwork {
namespace {

TEST(Url, EncodesWhatAQueryCannotHold) {
  EXPECT_EQ(url_of("https://h", "/api/2.2/jobs/list", {{"name", "a b&c=d/ü%"}, {"limit", "1"}}),
            "https://h/api/2.2/jobs/list?name=a%20b%26c%3Dd%2F%C3%BC%25&limit=1");
}

TEST(Url, KeepsAPathThatIsEncodedAlready) {
  EXPECT_EQ(url_of("https://h", "/api/2.0/fs/files/a%20b/c d#e", {}), "https://h/api/2.0/fs/files/a%20b/c%20d%23e");
}

TEST(Url, AddsToAQueryThatStandsInThePath) {
  EXPECT_EQ(url_of("https://h", "/x?a=1", {{"b", "2"}}), "https://h/x?a=1&b=2");
}

TEST(Url, CannotBeLedToAnotherHostByItsPath) {
  EXPECT_EQ(url_of("https://h", "@evil.example/x", {}), "https://h/@evil.example/x");
  EXPECT_EQ(url_of("https://h", "/a\r\nHost: evil", {}), "https://h/a%0D%0AHost:%20evil");
}

TEST(UserAgent, NamesTheSchedulerFirstAndTheLoginLast) {
  EXPECT_EQ(user_agent("airflow/2.10", "pat").substr(0, 23), "airflow/2.10 brickwork/");
  const std::string own = user_agent("", "oauth-m2m");
  EXPECT_EQ(own.substr(0, 10), "brickwork/");
  EXPECT_EQ(own.substr(own.find(' ')), " lang/cpp os/linux auth/oauth-m2m");
}

TEST(UserAgent, LeavesOutWhatAHeaderCannotHold) {
  EXPECT_EQ(user_agent("bad\r\nX: y", "pat").substr(0, 10), "bad__X_ y ");
}

}  // namespace
}  // namespace brickwork
