#pragma once

#include <string>
#include <vector>

namespace brickwork::local {

// What documents and reports leave open about the Jobs API, and clients stumble over. Each point has behaviours that
// were seen or are written somewhere; the first is the default. Chosen once, before anything is served.
struct OpenPoint {
  std::string name;
  std::vector<std::string> behaviours;
  std::string question;
};
const std::vector<OpenPoint>& open_points();
std::vector<std::string> choices_of_open_points();  // "cancel-ended=accept", "cancel-ended=refuse", ...

void choose_open_point(const std::string& choice);  // one of them
const std::string& chosen(const std::string& point);

}  // namespace brickwork::local
