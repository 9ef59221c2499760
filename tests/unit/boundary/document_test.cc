#include "boundary/document.h"

#include <gtest/gtest.h>

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

json::object parsed(std::string_view text) {
  Result<json::object> result = parse_document(text, "the request");
  EXPECT_TRUE(result.ok()) << result.status()->message;
  return result.ok() ? result.value() : json::object();
}

std::string pointer(std::string_view text) {
  const Result<json::object> result = parse_document(text, "the request");
  EXPECT_FALSE(result.ok());
  return result.ok() ? "parsed" : result.status()->pointer;
}

TEST(Document, IsTheSameValueAsBoostsOwnParserMakes) {
  for (const std::string_view text :
       {R"({})", R"({"a": 1, "b": -1, "c": 1.5e300, "d": 18446744073709551615, "e": true, "f": null, "g": ""})",
        R"({"a": [], "b": [[], {}, [1, "x"]], "c": {"d": {"e": [{}]}}})",
        R"({"\u00e9\n\"": "\ud83e\uddf1 \\ \/ \t", "": ""})", "\n{ \"a\" : [ 1 , 2 ] }\t"}) {
    EXPECT_EQ(json::value(parsed(text)), json::parse(text)) << text;
  }
}

TEST(Document, KeepsNamesThatAreLongerThanTheParsersOwnBuffer) {
  const std::string name(100'000, 'n');
  const std::string escaped = "\\u006e" + name.substr(1);
  EXPECT_EQ(parsed("{\"" + escaped + "\": 1}").at(name), 1);
  EXPECT_EQ(pointer("{\"" + name + "\": 1, \"" + escaped + "\": 2}"), "/" + name);
}

TEST(Document, PointsToTheLaterOfTwoMembersWithTheSameName) {
  EXPECT_EQ(pointer(R"({"a": 1, "b": 2, "a": 3})"), "/a");
  EXPECT_EQ(pointer(R"({"x": {"a": {"b": 1}, "c": [0, {"d": 1, "d": 2}]}})"), "/x/c/1/d");
  EXPECT_EQ(pointer(R"({"": 1, "": 2})"), "/");
}

TEST(Document, DoesNotTakeMembersOfDifferentObjectsForEachOther) {
  EXPECT_EQ(parsed(R"({"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}], "c": {"a": 1}})").size(), 3u);
}

TEST(Document, RefusesNumbersThatBecomeNoJsonAgain) {
  for (const char* number : {"1e999", "-1e999", "0e999", "1e309"})
    EXPECT_EQ(pointer(std::string(R"({"a": [1, )") + number + "]}"), "/a/1") << number;
  EXPECT_EQ(parsed(R"({"a": 1e308, "b": 1e-999})").size(), 2u);
}

TEST(Document, PointsToThePlaceWhereItBreaks) {
  EXPECT_EQ(pointer(R"({"a": [1, 2, x]})"), "/a/1");
  EXPECT_EQ(pointer(R"({"a": {"b": tru}})"), "/a/b");
  EXPECT_EQ(pointer(R"({)"), "");
}

}  // namespace
}  // namespace brickwork::boundary
