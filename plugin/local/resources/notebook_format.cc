#include "local/resources/notebook_format.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Language {
  const char* name;
  const char* comment;
  const char* magic;
  const char* extension;
};
constexpr Language kLanguages[] = {{"PYTHON", "#", "python", ".py"},
                                   {"SQL", "--", "sql", ".sql"},
                                   {"SCALA", "//", "scala", ".scala"},
                                   {"R", "#", "r", ".r"}};

const Language& language_named(const std::string& name) {
  for (const Language& language : kLanguages)
    if (name == language.name) return language;
  throw invalid_parameter("The language " + name + " is none of PYTHON, SQL, SCALA, R");
}

std::string header_of(const Language& language) {
  return std::string(language.comment) + " Databricks notebook source";
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string line(text.substr(start, end - start));
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(std::move(line));
    start = end + 1;
  }
  return lines;
}

std::string cell_text(const json::object& cell) {
  const json::value* source = cell.if_contains("source");
  if (source == nullptr) return "";
  if (source->is_string()) return std::string(source->get_string());
  std::string text;
  if (source->is_array())
    for (const json::value& line : source->get_array())
      if (line.is_string()) text += line.get_string();
  return text;
}

std::string behind_magic(const std::string& text, const Language& language) {
  std::string result;
  for (const std::string& line : lines_of(text)) {
    if (!result.empty()) result += '\n';
    result += std::string(language.comment) + " MAGIC" + (line.empty() ? "" : " " + line);
  }
  return result;
}

// One cell in source format. What begins with %word is a magic cell whatever the notebook's language.
std::string source_cell(const std::string& text, const Language& language) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && text[first] == '%' && first + 1 < text.size() &&
      std::isalpha(static_cast<unsigned char>(text[first + 1])) != 0)
    return behind_magic(text, language);
  return text;
}

std::string source_cell(const json::object& cell, const Language& language) {
  const json::value* type = cell.if_contains("cell_type");
  if (type != nullptr && type->is_string() && type->get_string() == "markdown")
    return behind_magic("%md\n" + cell_text(cell), language);
  return source_cell(cell_text(cell), language);
}

std::string language_of_document(const json::object& document) {
  const auto* metadata = document.if_contains("metadata");
  if (metadata == nullptr || !metadata->is_object()) return "PYTHON";
  const auto text_at = [&](std::string_view group, std::string_view name) -> std::string {
    const auto* inner = metadata->get_object().if_contains(group);
    if (inner == nullptr || !inner->is_object()) return "";
    const auto* value = inner->get_object().if_contains(name);
    return value != nullptr && value->is_string() ? lower(value->get_string()) : std::string();
  };
  for (const std::string& found : {text_at("application/vnd.databricks.v1+notebook", "language"),
                                   text_at("language_info", "name"), text_at("kernelspec", "language")})
    for (const Language& language : kLanguages)
      if (found == language.magic) return language.name;
  return "PYTHON";
}

json::array lines_with_ends(const std::string& text) {
  json::array found;
  std::vector<std::string> lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i)
    found.push_back(json::value(lines[i] + (i + 1 < lines.size() ? "\n" : "")));
  return found;
}

// The lines of a cell in source format as the user typed them.
std::string typed_cell(std::vector<std::string> lines, const Language& language) {
  const std::string mark = std::string(language.comment) + " MAGIC";
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  while (!lines.empty() && lines.front().empty()) lines.erase(lines.begin());
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += !line.starts_with(mark)         ? line
            : line.size() > mark.size() + 1 ? line.substr(mark.size() + 1)
                                            : std::string();
  }
  return text;
}

json::object ipynb_cell(const std::string& text) {
  if (text.starts_with("%md")) {
    const std::size_t start = text.find_first_not_of(" \n", 3);
    return {{"cell_type", "markdown"},
            {"metadata", json::object{}},
            {"source", lines_with_ends(start == std::string::npos ? "" : text.substr(start))}};
  }
  return {{"cell_type", "code"},
          {"execution_count", nullptr},
          {"metadata", json::object{}},
          {"outputs", json::array{}},
          {"source", lines_with_ends(text)}};
}

std::string joined(const std::vector<std::string>& cells, const Language& language) {
  std::string source = header_of(language);
  bool first = true;
  for (const std::string& cell : cells) {
    if (!std::exchange(first, false)) source += "\n\n" + std::string(language.comment) + " COMMAND ----------\n";
    source += "\n" + cell;
  }
  return source + "\n";
}

}  // namespace

std::string notebook_language(std::string_view text) {
  std::string first(text.substr(0, std::min(text.find('\n'), text.size())));
  while (!first.empty() && std::isspace(static_cast<unsigned char>(first.back())) != 0) first.pop_back();
  for (const Language& language : kLanguages)
    if (first == header_of(language)) return language.name;
  return "";
}

std::string language_of_extension(std::string_view path) {
  const std::string name = lower(path);
  for (const Language& language : kLanguages)
    if (name.ends_with(language.extension)) return language.name;
  return "";
}

std::string source_of_ipynb(std::string_view document, std::string& language) {
  json::error_code error;
  const json::value value = json::parse(document, error);
  const json::object* root = value.if_object();
  const json::value* cells = root != nullptr ? root->if_contains("cells") : nullptr;
  if (error || cells == nullptr || !cells->is_array())
    throw invalid_parameter("The content is not a Jupyter notebook: it has no list of cells");
  language = language_of_document(*root);
  const Language& used = language_named(language);
  std::vector<std::string> sources;
  for (const json::value& cell : cells->get_array())
    if (cell.is_object()) sources.push_back(source_cell(cell.get_object(), used));
  return joined(sources, used);
}

std::vector<std::string> cells_of_source(std::string_view source, const std::string& name) {
  const Language& language = language_named(name);
  const std::string separator = std::string(language.comment) + " COMMAND ----------";
  std::vector<std::string> cells;
  std::vector<std::string> lines;
  bool first = true;
  for (std::string& line : lines_of(source)) {
    if (std::exchange(first, false) && line == header_of(language)) continue;
    if (line.starts_with(separator))
      cells.push_back(typed_cell(std::exchange(lines, {}), language));
    else
      lines.push_back(std::move(line));
  }
  cells.push_back(typed_cell(std::move(lines), language));
  return cells;
}

std::string source_of_cells(const std::vector<std::string>& cells, const std::string& name) {
  const Language& language = language_named(name);
  std::vector<std::string> sources;
  sources.reserve(cells.size());
  for (const std::string& cell : cells) sources.push_back(source_cell(cell, language));
  return joined(sources, language);
}

std::string ipynb_of_source(std::string_view source, const std::string& name) {
  const Language& language = language_named(name);
  json::array cells;
  for (const std::string& cell : cells_of_source(source, name)) cells.push_back(ipynb_cell(cell));
  return json::serialize(json::object{{"cells", std::move(cells)},
                                      {"metadata",
                                       {{"application/vnd.databricks.v1+notebook", {{"language", language.magic}}},
                                        {"language_info", {{"name", language.magic}}}}},
                                      {"nbformat", 4},
                                      {"nbformat_minor", 5}});
}

std::string with_header(std::string_view source, const std::string& language) {
  if (notebook_language(source) == language) return std::string(source);
  return header_of(language_named(language)) + "\n" + std::string(source);
}

}  // namespace brickwork::local
