#include "local/oidc/texts.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "local/api_error.h"

namespace brickwork::local {

namespace json = boost::json;

std::string rfc3339(std::int64_t time_ms) {
  const std::time_t seconds = time_ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  const std::string milliseconds = std::to_string(1000 + time_ms % 1000).substr(1);
  return std::string(text.data(), size) + "." + milliseconds + "Z";
}

json::array json_texts(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

std::vector<std::string> texts_of(const json::array* array) {
  std::vector<std::string> texts;
  if (array == nullptr) return texts;
  for (const json::value& value : *array) {
    if (!value.is_string()) throw invalid_parameter("A list of texts holds something else.");
    texts.emplace_back(value.get_string());
  }
  return texts;
}

std::vector<std::string> scopes_of(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const std::string_view scope = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), scope.size() + 1));
    if (!scope.empty() && !contains(scopes, scope)) scopes.emplace_back(scope);
  }
  return scopes;
}

std::string scope_text(const std::vector<std::string>& scopes) {
  std::string text;
  for (const std::string& scope : scopes) text += (text.empty() ? "" : " ") + scope;
  return text;
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace brickwork::local
