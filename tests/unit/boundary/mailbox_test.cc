#include "boundary/mailbox.h"

#include <gtest/gtest.h>

#include "boundary/bytes.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

class MailboxTest : public testing::Test {
 protected:
  MailboxTest() { EXPECT_TRUE(mailbox_.open().ok()); }

  Mailbox::Id admit() { return mailbox_.admit(1, Mailbox::Events::kYes).value(); }

  json::object peek(Mailbox::Id id) {
    bw_bytes bytes{};
    if (!mailbox_.peek(id, &bytes).ok()) return {};
    const json::value document = json::parse(std::string_view(bytes.data, bytes.size));
    free_bytes(&bytes);
    return document.get_object();
  }

  std::vector<std::uint32_t> kinds() {
    bw_event events[16];
    const std::size_t count = mailbox_.drain(events, sizeof(bw_event), 16);
    std::vector<std::uint32_t> kinds;
    for (std::size_t i = 0; i < count; ++i) kinds.push_back(events[i].kind);
    return kinds;
  }

  Mailbox mailbox_{Mailbox::HostLog{}};
};

TEST_F(MailboxTest, AnnouncesProgressOnceUntilItIsDrained) {
  const Mailbox::Id id = admit();
  for (int i = 0; i < 5; ++i) mailbox_.progress(id, {{"n", i}});
  EXPECT_EQ(kinds(), std::vector<std::uint32_t>{BW_EV_PROGRESS});
  EXPECT_EQ(peek(id).at("n"), 4);
  EXPECT_EQ(peek(id).at("n"), 4);
  mailbox_.progress(id, {{"n", 5}});
  EXPECT_EQ(kinds(), std::vector<std::uint32_t>{BW_EV_PROGRESS});
}

TEST_F(MailboxTest, AddsUpWhatChangedUntilSomebodyHasLooked) {
  const Mailbox::Id id = admit();
  mailbox_.progress(id, {{"changed", {"a", "b"}}});
  mailbox_.progress(id, {{"changed", {"c", "a"}}});
  EXPECT_EQ(json::value(peek(id).at("changed")), json::value({"c", "a", "b"}));
  mailbox_.progress(id, {{"changed", {"d"}}});
  EXPECT_EQ(json::value(peek(id).at("changed")), json::value({"d"}));
}

TEST_F(MailboxTest, AddsUpWhatChangedInTheStateBesideAHandle) {
  const Mailbox::Id id = admit();
  mailbox_.progress(id, {{"handle", 1}, {"state", {{"changed", {"a"}}}}});
  mailbox_.progress(id, {{"handle", 1}, {"state", {{"changed", {"b"}}}}});
  EXPECT_EQ(peek(id).at("state").at("changed"), json::value({"b", "a"}));
}

TEST_F(MailboxTest, KeepsLinesOfLogsUntilSomebodyHasLooked) {
  const Mailbox::Id id = admit();
  const auto entry = [](const char* line) { return json::object{{"lines", json::array{line}}}; };
  mailbox_.progress(id, {{"logs", json::array{entry("a")}}});
  mailbox_.progress(id, {{"verdict", "running"}});
  mailbox_.progress(id, {{"logs", json::array{entry("b"), entry("c")}}});
  EXPECT_EQ(peek(id).at("logs"), json::value(json::array{entry("a"), entry("b"), entry("c")}));
  mailbox_.progress(id, {{"verdict", "running"}});
  EXPECT_FALSE(peek(id).contains("logs"));
  mailbox_.progress(id, {{"logs", json::array{entry("d")}}});
  EXPECT_EQ(peek(id).at("logs"), json::value(json::array{entry("d")}));
}

TEST_F(MailboxTest, DropsTheOldestOfTooManyLinesAndSaysHowMany) {
  const Mailbox::Id id = admit();
  const std::string mebibyte(1 << 20, 'x');
  for (int i = 0; i < 12; ++i)
    mailbox_.progress(id, {{"logs", json::array{json::object{{"lines", json::array{mebibyte, std::to_string(i)}}}}}});
  const json::object latest = peek(id);
  EXPECT_LE(json::serialize(latest).size(), 9U << 20);
  EXPECT_EQ(latest.at("logs").as_array().back().at("lines").at(1), json::value("11"));
  EXPECT_EQ(latest.at("logs_lost").as_int64(), 2 * (12 - static_cast<int>(latest.at("logs").as_array().size())));
}

TEST_F(MailboxTest, HasNoProgressAfterDone) {
  const Mailbox::Id id = admit();
  mailbox_.complete(id, Status(), "{}");
  mailbox_.progress(id, {{"n", 1}});
  EXPECT_EQ(kinds(), std::vector<std::uint32_t>{BW_EV_DONE});
  EXPECT_TRUE(peek(id).empty());
}

TEST_F(MailboxTest, KnowsNothingOfADroppedOperationAndForgetsItWhenItEnds) {
  const Mailbox::Id id = admit();
  mailbox_.progress(id, {{"n", 1}});
  EXPECT_TRUE(mailbox_.drop(id).ok());
  EXPECT_FALSE(mailbox_.knows(id));
  mailbox_.progress(id, {{"n", 2}});
  mailbox_.complete(id, Status(), "{}");
  EXPECT_TRUE(kinds().empty());
  EXPECT_EQ(mailbox_.drop(id).code(), Code::kNotFound);
}

TEST_F(MailboxTest, GivesAnOutcomeOnce) {
  const Mailbox::Id id = admit();
  bw_bytes bytes{};
  EXPECT_EQ(mailbox_.take(id, &bytes, nullptr), BW_PENDING);
  mailbox_.complete(id, Status(), R"({"a":1})");
  EXPECT_EQ(mailbox_.take(id, &bytes, nullptr), BW_OK);
  EXPECT_EQ(std::string_view(bytes.data, bytes.size), R"({"a":1})");
  free_bytes(&bytes);
  EXPECT_EQ(mailbox_.take(id, &bytes, nullptr), BW_NOT_FOUND);
  EXPECT_EQ(kinds(), std::vector<std::uint32_t>{BW_EV_DONE});
}

TEST_F(MailboxTest, AnnouncesAWantedSecretAndLogLinesOnce) {
  for (int i = 0; i < 3; ++i) {
    mailbox_.want_secret();
    mailbox_.log(3, "line");
  }
  EXPECT_EQ(kinds(), (std::vector<std::uint32_t>{BW_EV_SECRET, BW_EV_LOG}));
  bw_bytes lines{};
  EXPECT_TRUE(mailbox_.take_log(&lines).ok());
  EXPECT_GT(lines.size, 0u);
  free_bytes(&lines);
}

TEST_F(MailboxTest, TakesBackTheNewsOfLogLinesThatWereTaken) {
  mailbox_.log(3, "line");
  bw_bytes lines{};
  EXPECT_TRUE(mailbox_.take_log(&lines).ok());
  free_bytes(&lines);
  EXPECT_TRUE(kinds().empty());
}

}  // namespace
}  // namespace brickwork::boundary
