#include "local/pages/graph_svg.h"

#include <cmath>
#include <map>

#include "local/pages/graph_layout.h"

namespace brickwork::local::pages {
namespace {

constexpr std::size_t kKeyLetters = 23;
constexpr std::size_t kNoteLetters = 29;

// By letters and not by bytes: half a letter would be none.
std::string shorten(const std::string& text, std::size_t limit) {
  const auto begins_letter = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
  std::size_t letters = 0, keep = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!begins_letter(text[i])) continue;
    if (letters == limit - 1) keep = i;
    ++letters;
  }
  return letters <= limit ? text : text.substr(0, keep) + "\u2026";
}

std::int64_t whole(double length) { return std::llround(length); }

Html& operator<<(Html& svg, const Point& point) { return svg << whole(point.x) << " "_html << whole(point.y); }

// A line between columns is a curve that leaves and arrives level; inside a column it goes straight.
Html edge_path(const GraphLayout::Edge& edge) {
  Html path;
  path << "<path class=\"edge\" marker-end=\"url(#arrow)\" d=\"M"_html;
  path << edge.points.front();
  for (std::size_t i = 1; i < edge.points.size(); ++i) {
    const Point &from = edge.points[i - 1], &to = edge.points[i];
    if (i % 2 == 0) {
      path << "L"_html << to;
      continue;
    }
    const double middle = (from.x + to.x) / 2;
    path << "C"_html << Point{middle, from.y} << " "_html << Point{middle, to.y} << " "_html << to;
  }
  path << "\"/>"_html;
  return path;
}

Html outcome_label(const GraphLayout::Edge& edge, const std::string& outcome) {
  const Point& end = edge.points.back();
  Html label;
  label << "<text class=\"outcome\" x=\""_html << whole(end.x - 10) << "\" y=\""_html << whole(end.y - 6)
        << "\" text-anchor=\"end\">"_html << outcome << "</text>"_html;
  return label;
}

// Not by colour alone: each mood has a sign.
Html sign_of(Mood mood) {
  switch (mood) {
    case Mood::kGood:
      return "<path d=\"M-4 0l3 3 5-6\"/>"_html;
    case Mood::kWarned:
      return "<path d=\"M0-4v5M0 3.5v.6\"/>"_html;
    case Mood::kBad:
      return "<path d=\"M-3-3l6 6M3-3l-6 6\"/>"_html;
    case Mood::kSkipped:
      return "<path d=\"M-4 0h8\"/>"_html;
    case Mood::kRunning:
      return "<path d=\"M-2-4l6 4-6 4z\"/>"_html;
    case Mood::kWaiting:
      return "<path d=\"M0-4v4l3 2\"/>"_html;
    case Mood::kNone:
      break;
  }
  return {};
}

Html box(const GraphBox& task, const Point& corner) {
  Html svg;
  const std::int64_t x = whole(corner.x), y = whole(corner.y);
  if (!task.link.empty()) svg << "<a href=\""_html << task.link << "\">"_html;
  svg << "<g class=\"task "_html << style_of(task.mood) << "\" transform=\"translate("_html << x << " "_html << y
      << ")\"><title>"_html << task.key << ": "_html << task.note << "</title>"_html;
  const auto rectangle = [&](Markup opening) {
    svg << opening << " rx=\"7\" width=\""_html << whole(kBoxWidth) << "\" height=\""_html << whole(kBoxHeight)
        << "\"/>"_html;
  };
  if (task.is_repaired) rectangle("<rect class=\"behind\" x=\"5\" y=\"5\""_html);
  rectangle("<rect class=\"box\""_html);
  svg << "<g class=\"sign\" transform=\"translate(21 27)\"><circle r=\"10\"/>"_html << sign_of(task.mood)
      << "</g><text class=\"key\" x=\"40\" y=\"23\">"_html << shorten(task.key, kKeyLetters)
      << "</text><text class=\"note\" x=\"40\" y=\"41\">"_html << shorten(task.note, kNoteLetters)
      << "</text></g>"_html;
  if (!task.link.empty()) svg << "</a>"_html;
  return svg;
}

}  // namespace

Html graph_svg(const std::vector<GraphBox>& boxes) {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < boxes.size(); ++i) places.emplace(boxes[i].key, i);
  std::vector<std::pair<std::size_t, std::size_t>> edges;
  std::vector<std::string> outcomes;
  for (std::size_t to = 0; to < boxes.size(); ++to) {
    for (const Upstream& upstream : boxes[to].upstream) {
      const auto from = places.find(upstream.task_key);
      if (from == places.end()) continue;
      edges.emplace_back(from->second, to);
      outcomes.push_back(upstream.outcome);
    }
  }
  const GraphLayout layout = lay_out(boxes.size(), edges);
  // A box that stands in front of an earlier attempt needs a little more room on its right and below.
  const std::int64_t width = whole(layout.width) + 6, height = whole(layout.height) + 6;
  Html svg;
  svg << "<div class=\"graph\"><svg role=\"group\" aria-label=\"Task graph\" width=\""_html << width
      << "\" height=\""_html << height << "\" viewBox=\"0 0 "_html << width << " "_html << height
      << "\"><defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
         "orient=\"auto\"><path class=\"head\" d=\"M0 0l8 4-8 4z\"/></marker></defs>"_html;
  for (std::size_t i = 0; i < layout.edges.size(); ++i) {
    svg << edge_path(layout.edges[i]);
    if (!outcomes[i].empty()) svg << outcome_label(layout.edges[i], outcomes[i]);
  }
  for (std::size_t i = 0; i < boxes.size(); ++i) svg << box(boxes[i], layout.boxes[i]);
  svg << "</svg></div>"_html;
  return svg;
}

}  // namespace brickwork::local::pages
