#include "local/resources/notebook_html.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/http_text.h"
#include "local/resources/notebook_format.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// The page's script variable holds a JSON document, percent-encoded, in base64.
constexpr std::string_view kModel = "__DATABRICKS_NOTEBOOK_MODEL = '";

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-_.!~*'()").find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

struct Command {
  double position = 0;
  std::string text;
};

std::vector<Command> commands_of(const json::object& model) {
  std::vector<Command> commands;
  const json::value* list = model.if_contains("commands");
  if (list == nullptr || !list->is_array()) throw invalid_parameter("The page's notebook has no list of commands");
  for (const json::value& each : list->get_array()) {
    const json::object* entry = each.if_object();
    const json::value* text = entry == nullptr ? nullptr : entry->if_contains("command");
    if (text == nullptr || !text->is_string()) continue;
    const json::value* position = entry->if_contains("position");
    commands.push_back({position != nullptr && position->is_number() ? position->to_number<double>() : 0.0,
                        std::string(text->get_string())});
  }
  std::stable_sort(commands.begin(), commands.end(),
                   [](const Command& left, const Command& right) { return left.position < right.position; });
  return commands;
}

}  // namespace

std::string html_of_source(std::string_view source, const std::string& language, const std::string& name) {
  json::array commands;
  std::string shown;
  double position = 0;
  for (const std::string& cell : cells_of_source(source, language)) {
    commands.push_back({{"version", "CommandV1"}, {"command", cell}, {"position", ++position}, {"state", "finished"}});
    shown += "<pre>" + escaped(cell) + "</pre>\n";
  }
  const json::object model{
      {"version", "NotebookV1"}, {"name", name}, {"language", lower_case(language)}, {"commands", std::move(commands)}};
  return "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>" + escaped(name) +
         "</title></head>\n<body>\n<h1>" + escaped(name) + "</h1>\n" + shown + "<script>var " + std::string(kModel) +
         base64_encode(percent_encoded(json::serialize(model))) + "'</script>\n</body></html>\n";
}

std::string source_of_html(std::string_view page, std::string& language) {
  const std::size_t mark = page.find(kModel);
  if (mark == std::string_view::npos) throw invalid_parameter("The page holds no notebook that was exported as HTML");
  const std::size_t start = mark + kModel.size();
  const auto decoded = base64_decode(page.substr(start, page.find('\'', start) - start));
  json::error_code error;
  const json::value model = decoded ? json::parse(percent_decode(*decoded, false), error) : json::value();
  if (error || !model.is_object()) throw invalid_parameter("The notebook in the page cannot be read");
  const json::value* given = model.get_object().if_contains("language");
  language = given != nullptr && given->is_string() ? std::string(given->get_string()) : "python";
  std::transform(language.begin(), language.end(), language.begin(), [](unsigned char c) { return std::toupper(c); });
  std::vector<std::string> cells;
  for (Command& command : commands_of(model.get_object())) cells.push_back(std::move(command.text));
  return source_of_cells(cells, language);
}

}  // namespace brickwork::local
