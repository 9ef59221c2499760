#pragma once

#include <boost/json/object.hpp>

namespace brickwork::local {

// Parts of check_settings(), which has seen that lists and objects are what they should be.
void check_git_source(const boost::json::object& settings);
void check_notifications(const boost::json::object& settings);

}  // namespace brickwork::local
