#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string_view>

namespace brickwork::group {

// The object that a member is in, which decides what it is when it is left out. kKind is a `*_task`.
enum class Where : std::uint8_t { kJob, kTask, kKind, kLoop, kInside };

// Where the members of an object are that is itself a member.
Where where_inside(Where where, std::string_view member);

// Whether a member says what Databricks takes for granted: what it answers for a member that was never sent.
bool is_default(Where where, std::string_view member, const boost::json::value& value);

}  // namespace brickwork::group
