#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace brickwork::group {

// The first `characters` of the hex SHA-256 of a text.
std::string digest_of_text(std::string_view text, std::size_t characters);

// 32 hex characters that are the same for two settings that mean the same job: the order of members, null members and
// members that spell out Databricks' own default do not count.
std::string digest_of_settings(const boost::json::object& settings);

}  // namespace brickwork::group
