#include "rest/paging.h"

#include <gtest/gtest.h>

#include "support/virtual_loop.h"

namespace brickwork {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

class NoLogin : public Credential {
 public:
  std::string auth_type() const override { return "pat"; }
  Task<Result<Headers>> headers(Context&) override { co_return Headers(); }
  bool rejected(const Headers&) override { return false; }
};

class Paging : public testing::Test {
 protected:
  Result<json::object> all(RestRequest request) { return loop.run(get_all_pages(context, client, std::move(request))); }

  std::map<std::string, std::string> pages;  // by the query of the request
  VirtualLoop loop{[this](const HttpRequest& request) {
    const std::size_t query = request.url.find('?');
    const auto page = pages.find(query == request.url.npos ? "" : request.url.substr(query + 1));
    return page == pages.end() ? answer(400, "{}") : answer(200, page->second);
  }};
  Context context{loop, loop.now() + 60s};
  RestClient client{loop, {.host = "https://h"}, std::make_shared<NoLogin>(), {}};
};

TEST_F(Paging, JoinsTheArraysAndKeepsTheScalarsOfTheFirstPage) {
  pages["run_id=1"] = R"({"run_id":1,"tasks":[1,2],"job_clusters":["a"],"next_page_token":"p/2","has_more":true})";
  pages["run_id=1&page_token=p%2F2"] = R"({"run_id":99,"tasks":[3],"job_parameters":["x"],"next_page_token":"p3"})";
  pages["run_id=1&page_token=p3"] = R"({"run_id":98,"job_clusters":["b"],"prev_page_token":"p2"})";
  const Result<json::object> run = all({.path = "/runs", .query = {{"run_id", "1"}}});
  ASSERT_TRUE(run.ok()) << run.status()->message;
  EXPECT_EQ(json::value(run.value()),
            json::parse(R"({"run_id":1,"tasks":[1,2,3],"job_clusters":["a","b"],"job_parameters":["x"]})"));
}

TEST_F(Paging, EndsWithAnEmptyToken) {
  pages[""] = R"({"jobs":[],"next_page_token":""})";
  EXPECT_TRUE(all({.path = "/jobs"}).ok());
  EXPECT_EQ(loop.requests.size(), 1u);
}

TEST_F(Paging, TakesAnEmptyAnswerForAnEmptyList) {
  pages[""] = "";
  EXPECT_TRUE(all({.path = "/jobs"}).value().empty());
}

TEST_F(Paging, RefusesATokenThatComesTwice) {
  pages[""] = R"({"next_page_token":"a"})";
  pages["page_token=a"] = R"({"next_page_token":"b"})";
  pages["page_token=b"] = R"({"next_page_token":"a"})";
  const Status status = all({.path = "/jobs"}).status();
  EXPECT_EQ(status.code(), Code::kInternal);
  EXPECT_NE(status->message.find("circle"), std::string::npos);
  EXPECT_EQ(loop.requests.size(), 3u);
}

TEST_F(Paging, RefusesAPageThatIsNoObject) {
  pages[""] = "[1]";
  EXPECT_EQ(all({.path = "/jobs"}).status().code(), Code::kInternal);
}

TEST_F(Paging, HandsUpTheErrorOfAPage) {
  pages[""] = R"({"next_page_token":"gone"})";
  EXPECT_EQ(all({.path = "/jobs"}).status()->http_status, 400);
}

Task<int> count_until_three(Context& context, RestClient& client, RestRequest request) {
  Pages reader(client, std::move(request));
  int read = 0;
  while (!reader.at_end() && read < 3) {
    Task<Result<json::object>> next = reader.next(context);
    const Result<json::object> page = co_await next;
    if (!page.ok()) break;
    ++read;
  }
  co_return read;
}

TEST_F(Paging, LetsAReaderStopEarly) {
  pages[""] = R"({"next_page_token":"0"})";
  for (int i = 0; i < 9; ++i)
    pages["page_token=" + std::to_string(i)] = R"({"next_page_token":")" + std::to_string(i + 1) + "\"}";
  EXPECT_EQ(loop.run(count_until_three(context, client, {.path = "/jobs"})), 3);
  EXPECT_EQ(loop.requests.size(), 3u);
}

}  // namespace
}  // namespace brickwork
