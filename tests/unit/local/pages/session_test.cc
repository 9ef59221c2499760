#include "local/pages/session.h"

#include <gtest/gtest.h>

#include "local/http_text.h"

namespace brickwork::local::pages {
namespace {

using namespace std::chrono_literals;

struct SessionTest : testing::Test {
  std::chrono::steady_clock::time_point now{};
  Sessions sessions{"brickwork_7", [this] { return now; }};

  static Request with_cookie(const std::string& cookie) {
    Request request;
    request.headers["cookie"] = cookie;
    return request;
  }
};

TEST_F(SessionTest, IsFoundAmongOtherCookiesByItsWholeName) {
  const Session session = sessions.begin("dapi1", "me");
  EXPECT_EQ(sessions.find(with_cookie("a=b; brickwork_7=" + session.id + "; c"))->token, "dapi1");
  for (const std::string name : {"brickwork_77", "xbrickwork_7", "brickwork_", "Brickwork_7"})
    EXPECT_FALSE(sessions.find(with_cookie(name + "=" + session.id))) << name;
  EXPECT_FALSE(sessions.find(with_cookie("brickwork_7=")));
  EXPECT_FALSE(sessions.find(with_cookie("brickwork_7=" + session.id + "0")));
  EXPECT_FALSE(sessions.find(Request()));
}

TEST_F(SessionTest, EndsWhenNobodyUsedItForHalfADay) {
  const Request request = with_cookie("brickwork_7=" + sessions.begin("dapi1", "me").id);
  now += 11h;
  EXPECT_TRUE(sessions.find(request));
  now += 11h;
  EXPECT_TRUE(sessions.find(request));
  now += 13h;
  EXPECT_FALSE(sessions.find(request));
}

TEST_F(SessionTest, TheOldestGoesWhenThereAreTooMany) {
  const Request first = with_cookie("brickwork_7=" + sessions.begin("dapi1", "me").id);
  for (int i = 0; i < 999; ++i) {
    now += 1s;
    sessions.begin("dapi1", "me");
  }
  EXPECT_TRUE(sessions.find(first));  // and is the newest from now on
  now += 1s;
  sessions.begin("dapi1", "me");
  EXPECT_TRUE(sessions.find(first));
}

TEST_F(SessionTest, AFormTokenBelongsToOneSessionAndDoesNotTellItsCookie) {
  const Session one = sessions.begin("dapi1", "me"), two = sessions.begin("dapi1", "me");
  EXPECT_EQ(form_token(one), form_token(one));
  EXPECT_NE(form_token(one), form_token(two));
  EXPECT_EQ(form_token(one).find(one.id), std::string::npos);
}

TEST(SameOrigin, IsWhatTheBrowserSays) {
  const auto from = [](std::map<std::string, std::string> headers) {
    Request request;
    request.headers = std::move(headers);
    return is_same_origin(request);
  };
  EXPECT_TRUE(from({{"sec-fetch-site", "same-origin"}}));
  for (const char* site : {"cross-site", "same-site", "none", ""})
    EXPECT_FALSE(from({{"sec-fetch-site", site}})) << site;
  EXPECT_TRUE(from({{"origin", "http://127.0.0.1:8"}, {"host", "127.0.0.1:8"}}));
  EXPECT_FALSE(from({{"origin", "http://127.0.0.1:9"}, {"host", "127.0.0.1:8"}}));
  EXPECT_FALSE(from({{"origin", "null"}, {"host", "127.0.0.1:8"}}));
  EXPECT_FALSE(from({{"origin", "http://127.0.0.1:8"}}));
  EXPECT_TRUE(from({}));
}

TEST(Form, IsDecoded) {
  const auto form = parse_form("token=a%2Bb+c&next=%2Fjobs&empty=&=x");
  EXPECT_EQ(form, (std::map<std::string, std::string>{{"token", "a+b c"}, {"next", "/jobs"}, {"empty", ""}}));
}

}  // namespace
}  // namespace brickwork::local::pages
