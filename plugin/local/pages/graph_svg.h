#pragma once

#include <string>
#include <vector>

#include "local/pages/html.h"
#include "local/pages/run_view.h"

namespace brickwork::local::pages {

struct GraphBox {
  std::string key;
  std::string note;  // the second line
  std::string link;  // where a click leads; empty: nowhere
  Mood mood = Mood::kNone;
  bool is_repaired = false;  // an earlier attempt is kept behind this one
  std::vector<Upstream> upstream;
};

// A task graph as an SVG element, drawn here so that it needs no script; its colours are the style sheet's.
Html graph_svg(const std::vector<GraphBox>& boxes);

}  // namespace brickwork::local::pages
