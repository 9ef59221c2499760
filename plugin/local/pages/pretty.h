#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace brickwork::local::pages {

// JSON as people read it, two spaces a level.
std::string pretty(const boost::json::value& document, int level = 0);

}  // namespace brickwork::local::pages
