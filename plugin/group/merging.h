#pragma once

#include <boost/json.hpp>
#include <optional>

namespace brickwork::group {

// Members of `inherited` that `own` lacks, at every depth. A null in `own` says that it wants none.
void merge_deep(boost::json::object& own, const boost::json::object& inherited);

// And backwards. Lists here are libraries: own ones first, then what is inherited; objects are notifications: merged
// key by key, at every depth.

// What a task must say itself to be `whole` when it inherits `part`: an empty list or object is nothing, and no value
// says that it cannot be done.
std::optional<boost::json::value> taken_out(const boost::json::value& whole, const boost::json::value& part);

// `own` with what it inherits.
boost::json::value put_together(const boost::json::value& own, const boost::json::value& inherited);

// What both have and could inherit.
boost::json::value common_part(const boost::json::value& left, const boost::json::value& right);

bool is_nothing(const boost::json::value& value);

// Lists that hold one library once and are short enough to be compared, and objects.
bool can_be_merged(const boost::json::value& value);

}  // namespace brickwork::group
