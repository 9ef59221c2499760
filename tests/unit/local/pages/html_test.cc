#include "local/pages/html.h"

#include <gtest/gtest.h>

#include "local/pages/graph_svg.h"

namespace brickwork::local::pages {
namespace {

TEST(Html, EscapesWhateverIsNoLiteral) {
  const std::string hostile = "<a b=\"c\" d='e'>&amp;";
  Html html;
  html << "<p title=\""_html << hostile << "\">"_html << std::string_view("x\0y", 3) << 42 << "</p>"_html;
  EXPECT_EQ(html.text(), "<p title=\"&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;\">x\xef\xbf\xbdy42</p>");
}

TEST(Html, TakesPiecesOfItselfAsTheyAre) {
  Html inner, outer;
  inner << "<b>"_html
        << "<"
        << "</b>"_html;
  outer << "<p>"_html << inner << "</p>"_html;
  EXPECT_EQ(outer.text(), "<p><b>&lt;</b></p>");
}

TEST(GraphSvg, ShowsHostileKeysAsTextAndCutsLettersWhole) {
  const std::string long_key = "\u00e4\u00f6\u00fc\u00df\u20ac \u65e5\u672c\u8a9e <script> and much more behind it";
  const std::string svg =
      graph_svg({{.key = long_key, .note = "Failed", .link = "/jobs/1", .mood = Mood::kBad}}).text();
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
  EXPECT_NE(svg.find("\u00e4\u00f6\u00fc\u00df\u20ac \u65e5\u672c\u8a9e &lt;script&gt; and\u2026"), std::string::npos)
      << svg;
  EXPECT_NE(svg.find("class=\"task bad\""), std::string::npos);
}

TEST(GraphSvg, LeavesOutADependencyOnWhatIsNotShown) {
  const std::string svg = graph_svg({{.key = "a", .upstream = {{"gone", ""}}}}).text();
  EXPECT_EQ(svg.find("class=\"edge\""), std::string::npos);
}

}  // namespace
}  // namespace brickwork::local::pages
