#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// The values of an attribute, lower-cased: `userName`, or `emails.value`, which every entry of a list may have. Names
// of attributes do not tell upper from lower case.
std::vector<std::string> scim_values(const boost::json::object& document, std::string_view attribute);

// Whether `document` fits a filter such as `userName eq "ann" and (active eq true or emails.value sw 'a')`: comparisons
// by eq, ne, co, sw, ew, gt, ge, lt, le or pr, joined by and, or, not. Throws ScimError for what is none.
bool fits_filter(const boost::json::object& document, const std::string& filter);

}  // namespace brickwork::local
