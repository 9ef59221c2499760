#include "group/findings.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace brickwork::group {
namespace {

namespace json = boost::json;

// Nobody reads more, and a document of 50 MB must not become a list of findings ten times its size.
constexpr std::size_t kMaxFindings = 10'000;
constexpr std::size_t kMaxShownBytes = 100;

using Position = std::vector<std::size_t>;

std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      text += token[++i] == '1' ? '/' : '~';
    } else {
      text += token[i];
    }
  }
  return text;
}

std::size_t index_of(std::string_view token) {
  std::size_t index = 0;
  std::from_chars(token.data(), token.data() + token.size(), index);
  return index;
}

// Which child of its parent each step of the pointer is, in the order of the text.
Position position_of(std::string_view pointer, const json::value& document) {
  Position position;
  const json::value* value = &document;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    if (const json::array* array = value->if_array()) {
      position.push_back(index_of(token));
      if (position.back() >= array->size()) break;
      value = &(*array)[position.back()];
    } else if (const json::object* object = value->if_object()) {
      const auto member = object->find(unescaped(token));
      position.push_back(static_cast<std::size_t>(member - object->begin()));
      if (member == object->end()) break;
      value = &member->value();
    } else {
      break;
    }
  }
  return position;
}

}  // namespace

void Findings::error(const Place& place, std::string_view rule, std::string message, std::string fix) {
  add(Finding::Severity::kError, place, rule, std::move(message), std::move(fix));
}

void Findings::warning(const Place& place, std::string_view rule, std::string message, std::string fix) {
  add(Finding::Severity::kWarning, place, rule, std::move(message), std::move(fix));
}

void Findings::add(Finding::Severity severity, const Place& place, std::string_view rule, std::string message,
                   std::string fix) {
  const std::optional<Finding::Severity> said = severities_.of(rule, severity);
  if (!said.has_value()) return;
  if (*said == Finding::Severity::kError) ++errors_;
  if (list_.size() >= kMaxFindings) {
    ++left_out_;
    return;
  }
  list_.push_back({.severity = *said,
                   .pointer = place.pointer(),
                   .rule = std::string(rule),
                   .message = std::move(message),
                   .fix = std::move(fix)});
}

std::vector<Finding> Findings::in_order_of(const json::value& document) && {
  std::vector<Position> positions;
  positions.reserve(list_.size());
  for (const Finding& finding : list_) positions.push_back(position_of(finding.pointer, document));

  std::vector<std::size_t> order(list_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return positions[left] < positions[right]; });

  std::vector<Finding> sorted;
  sorted.reserve(list_.size() + 1);
  for (std::size_t index : order) sorted.push_back(std::move(list_[index]));
  if (left_out_ > 0) {
    sorted.push_back({.severity = errors_ > 0 ? Finding::Severity::kError : Finding::Severity::kWarning,
                      .rule = "too_many_findings",
                      .message = std::to_string(left_out_) + " more findings are not listed",
                      .fix = "mend the ones above and lint again"});
  }
  return sorted;
}

std::string quoted(std::string_view text) {
  if (text.size() <= kMaxShownBytes) return "\"" + std::string(text) + "\"";
  std::size_t end = kMaxShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return "\"" + std::string(text.substr(0, end)) + "...\"";
}

std::string shown(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::string:
      return quoted(value.get_string());
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
    default:
      return json::serialize(value);
  }
}

}  // namespace brickwork::group
