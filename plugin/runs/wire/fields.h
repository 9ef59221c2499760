#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/status.h"

namespace brickwork::runs {

namespace json = boost::json;
using Object = json::object;

// Reading members that Databricks leaves out when they are unset: absent, null and the wrong type are all "not there".
std::string_view text(const Object& object, std::string_view name);
std::optional<std::int64_t> whole_number(const Object& object, std::string_view name);  // also from decimal text
std::int64_t number_or_zero(const Object& object, std::string_view name);
bool flag(const Object& object, std::string_view name, bool otherwise);
const Object& object_in(const Object& object, std::string_view name);      // empty when not there
const json::array& array_in(const Object& object, std::string_view name);  // empty when not there

// `object[name] = value`, only when there is something to say.
void set_text(Object& object, std::string_view name, std::string_view value);
void set_id(Object& object, std::string_view name, std::int64_t id);  // as a number, and as text under name + "_str"
// A time or a duration in ms, which Databricks writes as 0 as long as there is none.
void set_time(Object& to, std::string_view name, const Object& from, std::string_view databricks_name);

// The texts of a member that a caller wrote. Fails with its pointer when it is no array of strings; absent is empty.
Result<std::vector<std::string>> texts(const Object& object, std::string_view name);

// What can be shown of a text that is too long: cut between two UTF-8 characters.
std::string_view head(std::string_view text, std::size_t most_bytes);

}  // namespace brickwork::runs
