#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// A dynamic value reference, {{tasks.rows.values.count}}, split at its dots; backticks hold a name together.
using ReferencePath = std::vector<std::string>;

// A known namespace with a name that it does not have: the task fails with this text.
class ReferenceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The value of a reference, or nullopt for a namespace that Databricks does not know: that text stays as it is.
using ReferenceLookup = std::function<std::optional<std::string>(const ReferencePath&)>;

// Nothing but substitution: there are no expressions, and what is put in is not looked at again.
std::string resolve_references(std::string_view text, const ReferenceLookup& lookup);
// The same for every string inside, names of members left alone.
boost::json::value resolve_references_in(const boost::json::value& value, const ReferenceLookup& lookup);

std::optional<ReferencePath> parse_reference(std::string_view inside);  // what stands between the braces

// {{job.start_time.X}} in UTC; nullopt for an unknown X.
std::optional<std::string> format_time(std::int64_t time_ms, std::string_view format);

// {{input.a.b}} or a task value as text: a string as it is, everything else as JSON.
std::string reference_text(const boost::json::value& value);

}  // namespace brickwork::local
