#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <set>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/sql/statement.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestStatement = std::size_t{16} << 20;

void choose(std::string& choice, const json::object& arguments, const char* name,
            std::initializer_list<std::string_view> choices, std::string& wrong) {
  const auto given = text_field(arguments, name);
  if (!given) return;
  choice = *given;
  if (std::find(choices.begin(), choices.end(), choice) != choices.end()) return;
  wrong += " " + std::string(name) + " must be one of";
  for (const std::string_view each : choices) wrong += " " + std::string(each);
  wrong += ", not '" + choice.substr(0, 50) + "'.";
}

void read_wait(StatementRequest& request, const json::object& arguments, std::string& wrong) {
  const auto given = text_field(arguments, "wait_timeout");
  if (!given) return;
  std::int64_t seconds = -1;
  const char* end = given->data() + given->size();
  const auto [rest, error] = std::from_chars(given->data(), end, seconds);
  const bool is_read = error == std::errc() && (rest == end || std::string_view(rest, end) == "s");
  if (!is_read || (seconds != 0 && (seconds < 5 || seconds > 50)))
    wrong += " wait_timeout must be 0 seconds (0s), or between 5 and 50 seconds (5s to 50s), not '" +
             given->substr(0, 50) + "'.";
  request.wait_ms = seconds * 1000;
}

void read_limit(std::optional<std::int64_t>& limit, const json::object& arguments, const char* name,
                std::string& wrong) {
  limit = integer_field(arguments, name);
  if (limit && *limit < 1) wrong += " " + std::string(name) + " must be positive.";
}

void read_parameters(StatementRequest& request, const json::object& arguments, std::string& wrong) {
  const json::array* list = array_field(arguments, "parameters");
  if (list == nullptr) return;
  std::set<std::string> names;
  for (const json::value& each : *list) {
    if (!each.is_object()) throw malformed_request("parameters must be a list of objects");
    const json::object& parameter = each.get_object();
    const std::string name = required_text(parameter, "name");
    if (!names.insert(name).second) wrong += " parameters has the name '" + name.substr(0, 50) + "' twice.";
    json::object kept{{"name", name}};
    if (auto value = text_field(parameter, "value")) kept["value"] = *value;
    if (auto type = text_field(parameter, "type")) kept["type"] = *type;
    request.parameters.push_back(std::move(kept));
  }
}

}  // namespace

StatementRequest statement_request(const json::object& arguments) {
  StatementRequest request;
  std::string wrong;
  request.warehouse_id = required_text(arguments, "warehouse_id");
  request.text = required_text(arguments, "statement");
  if (request.text.find_first_not_of(" \t\r\n") == std::string::npos) wrong += " statement must not be empty.";
  if (request.text.size() > kLongestStatement) wrong += " statement must not be longer than 16 MiB.";
  request.catalog = text_field(arguments, "catalog").value_or("");
  request.schema = text_field(arguments, "schema").value_or("");
  choose(request.disposition, arguments, "disposition", {"INLINE", "EXTERNAL_LINKS"}, wrong);
  choose(request.format, arguments, "format", {"JSON_ARRAY", "ARROW_STREAM", "CSV"}, wrong);
  choose(request.on_wait_timeout, arguments, "on_wait_timeout", {"CONTINUE", "CANCEL"}, wrong);
  if (request.disposition == "INLINE" && request.format != "JSON_ARRAY")
    wrong += " The format field must be JSON_ARRAY when the disposition field is INLINE.";
  read_wait(request, arguments, wrong);
  read_limit(request.row_limit, arguments, "row_limit", wrong);
  read_limit(request.byte_limit, arguments, "byte_limit", wrong);
  read_parameters(request, arguments, wrong);
  if (!wrong.empty()) throw invalid_parameter(wrong.substr(1));
  return request;
}

}  // namespace brickwork::local
