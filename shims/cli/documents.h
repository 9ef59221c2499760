#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace brickwork::cli {

namespace json = boost::json;

// The bytes of a file, or of the standard input for "-". Throws Stop when they cannot be read.
std::string read_input(const std::string& path);

// Throws Stop with the line and column of the first mistake. `what` names the document in the message.
json::value parse_document(std::string_view text, const std::string& what);

// A group document as it was written. The library gets the very bytes, so that it can object to what a parser here
// would have smoothed over, such as a member that is there twice.
class GroupText {
 public:
  static GroupText read(const std::string& path);
  const json::value& value() const { return value_; }
  // A request with the group as its first member and the others behind it.
  std::string request(const json::object& others) const;

 private:
  std::string text_;
  json::value value_;
};

// The library points into the request, where the group is a member; the user's file is the group itself. Turns
// "/group/tasks/0" into "/tasks/0", in `pointer` and in each of `findings`.
void point_into_the_file(json::object& answer, std::string_view member = "/group");

// RUN as the user names it (handle file, "-", run id, address of a run page), as the member of a request that the
// library understands.
json::object run_reference(const std::string& run);

// NAME=VALUE, as often as the option was given. Throws Stop on one without "=".
json::object named_values(const std::vector<std::string>& pairs);

json::array string_array(const std::vector<std::string>& texts);

// Reading of documents that another version may have written: absent and wrongly typed are the fallback.
std::string text_of(const json::object& object, std::string_view name, std::string_view fallback = {});
std::int64_t number_of(const json::object& object, std::string_view name, std::int64_t fallback = 0);
bool flag_of(const json::object& object, std::string_view name);
const json::object& object_of(const json::object& object, std::string_view name);
const json::array& array_of(const json::object& object, std::string_view name);

// With two spaces of indentation, keys in the order of the document.
std::string pretty(const json::value& value);

}  // namespace brickwork::cli
