#include "local/jobs/references.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace brickwork::local {
namespace {

std::optional<std::string> lookup(const ReferencePath& path) {
  if (path[0] != "job") return std::nullopt;
  if (path.size() == 2 && path[1] == "id") return "42";
  if (path.size() == 3 && path[1] == "parameters") return "<" + path[2] + ">";
  throw ReferenceError("no such name");
}

TEST(References, AreReplacedWhereverTheyStandInTheText) {
  EXPECT_EQ(resolve_references("a {{job.id}} b {{ job.id }}c", lookup), "a 42 b 42c");
  EXPECT_EQ(resolve_references("{{job.id}}{{job.id}}", lookup), "4242");
}

TEST(References, OfAnUnknownNamespaceStayAsTheyAre) {
  EXPECT_EQ(resolve_references("{{jinja.value}} {{job.id}}", lookup), "{{jinja.value}} 42");
}

TEST(References, ThatAreNotOnesStayAsTheyAre) {
  for (const char* text : {"{{", "}}", "{{job.id", "{{}}", "{{job..id}}", "{ {job.id} }", "{{job.`id}}"})
    EXPECT_EQ(resolve_references(text, lookup), text);
  EXPECT_EQ(resolve_references("{{{{job.id}}", lookup), "{{42");
}

TEST(References, KeepAQuotedNameTogether) {
  EXPECT_EQ(resolve_references("{{job.parameters.`a.b c`}}", lookup), "<a.b c>");
}

TEST(References, WithABadNameInAKnownNamespaceFail) {
  EXPECT_THROW(resolve_references("{{job.nothing}}", lookup), ReferenceError);
}

TEST(References, AreFoundInEveryStringOfADocumentButNotInItsNames) {
  const auto document = boost::json::parse(R"({"{{job.id}}": ["{{job.id}}", 1, {"a": "x{{job.id}}"}]})");
  EXPECT_EQ(boost::json::serialize(resolve_references_in(document, lookup)), R"({"{{job.id}}":["42",1,{"a":"x42"}]})");
}

TEST(References, ShowTimesInUtc) {
  const std::int64_t time = 1'795'255'491'234;  // Saturday, 2026-11-21T10:04:51.234Z
  EXPECT_EQ(format_time(time, "iso_datetime"), "2026-11-21T10:04:51.234");
  EXPECT_EQ(format_time(time, "iso_date"), "2026-11-21");
  EXPECT_EQ(format_time(time, "iso_weekday"), "6");
  EXPECT_EQ(format_time(time, "is_weekday"), "false");
  EXPECT_EQ(format_time(time, "hour"), "10");
  EXPECT_EQ(format_time(time, "timestamp_ms"), "1795255491234");
  EXPECT_EQ(format_time(time, "century"), std::nullopt);
}

}  // namespace
}  // namespace brickwork::local
