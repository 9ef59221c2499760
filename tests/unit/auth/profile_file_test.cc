#include "auth/profile_file.h"

#include <gtest/gtest.h>

#include "auth/workspace_host.h"

namespace brickwork {
namespace {

Profiles parse(std::string_view text) { return parse_profiles(text, "file").value(); }

TEST(ProfileFile, HoldsSectionsOfValues) {
  const Profiles profiles = parse("[DEFAULT]\nhost = https://a\ntoken=t\n\n[staging]\nHOST : https://b\n");
  EXPECT_EQ(profiles.at("DEFAULT").at("host"), "https://a");
  EXPECT_EQ(profiles.at("DEFAULT").at("token"), "t");
  EXPECT_EQ(profiles.at("staging").at("host"), "https://b");
}

TEST(ProfileFile, TakesWhatStandsBeforeTheFirstSectionForDefault) {
  EXPECT_EQ(parse("host = https://a\n[x]\nhost = https://b").at("DEFAULT").at("host"), "https://a");
}

TEST(ProfileFile, SkipsCommentsAndEndsValuesAtThem) {
  const Profiles profiles = parse(
      "# comment\n; comment\n  # comment\n[DEFAULT]\na = x # comment\nb = x ; comment\nc = x#y;z\nd = # only a "
      "comment\n");
  EXPECT_EQ(profiles.at("DEFAULT").at("a"), "x");
  EXPECT_EQ(profiles.at("DEFAULT").at("b"), "x");
  EXPECT_EQ(profiles.at("DEFAULT").at("c"), "x#y;z");
  EXPECT_EQ(profiles.at("DEFAULT").at("d"), "");
}

TEST(ProfileFile, KeepsWhatIsQuoted) {
  EXPECT_EQ(parse("[a]\nx = \"b # c\" # d\ny = 'single'\nz = \"open").at("a"),
            (std::map<std::string, std::string>{{"x", "b # c"}, {"y", "single"}, {"z", "\"open"}}));
}

TEST(ProfileFile, MayComeFromWindowsAndHoldEqualsSigns) {
  const Profiles profiles = parse("\xEF\xBB\xBF[a]\r\ntoken = dapi==x=\r\nempty =\r\n");
  EXPECT_EQ(profiles.at("a").at("token"), "dapi==x=");
  EXPECT_EQ(profiles.at("a").at("empty"), "");
}

TEST(ProfileFile, NamesTheLineThatIsWrongAndNotWhatItSays) {
  for (const char* text : {"[a]\ndapi-canary\n", "[a\ncanary = x", "\n = canary"}) {
    const Status status = parse_profiles(text, "/home/me/.databrickscfg").status();
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status->message.find("canary"), std::string::npos) << status->message;
    EXPECT_EQ(status->message.find("/home/me/.databrickscfg, line "), 0u) << status->message;
  }
}

TEST(ProfileFile, IsAFile) {
  EXPECT_EQ(read_profiles("/no/such/file").status().code(), Code::kNotFound);
  EXPECT_EQ(read_profiles("/").status().code(), Code::kFailedPrecondition);
}

TEST(WorkspaceHost, IsReducedToItsOrigin) {
  const std::pair<const char*, const char*> expected[] = {
      {"https://h.example", "https://h.example"},         {"h.example", "https://h.example"},
      {" HTTPS://h.example/ \n", "https://h.example"},    {"https://h.example:8443/a/b#c", "https://h.example:8443"},
      {"http://127.0.0.1:8080", "http://127.0.0.1:8080"}, {"http://[::1]:80/x", "http://[::1]:80"}};
  for (const auto& [text, origin] : expected) EXPECT_EQ(clean_host(text).value().origin, origin) << text;
}

TEST(WorkspaceHost, CarriesTheWorkspaceInItsQuery) {
  EXPECT_EQ(clean_host("https://h.example/?o=123").value().workspace_id, "123");
  EXPECT_EQ(clean_host("https://h.example/?x=y&w=5#frag").value().workspace_id, "5");
  const WorkspaceHost host = clean_host("h.example/path?workspace_id=6&a=acc").value();
  EXPECT_EQ(host.workspace_id, "6");
  EXPECT_EQ(host.account_id, "acc");
}

TEST(WorkspaceHost, RefusesWhatIsNoneWithoutRepeatingIt) {
  for (const char* text :
       {"", "  ", "https://", "ftp://canary", "https://user:canary@h.example", "can ary", "canary\r\nX: y"}) {
    const Status status = clean_host(text).status();
    ASSERT_FALSE(status.ok()) << text;
    EXPECT_EQ(status->pointer, "/host");
    EXPECT_EQ(status->message.find("canary"), std::string::npos) << status->message;
  }
}

}  // namespace
}  // namespace brickwork
