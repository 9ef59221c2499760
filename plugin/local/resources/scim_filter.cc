#include "local/resources/scim_filter.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "local/http_text.h"
#include "local/resources/scim_document.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kFilterLimit = 4000;
constexpr int kDeepest = 30;

std::string lower_text(const json::value& value) {
  return lower_case(value.is_string() ? std::string(value.get_string()) : json::serialize(value));
}

void add_values(const json::value& value, std::string_view inner, std::vector<std::string>& found) {
  if (value.is_array()) {
    for (const json::value& entry : value.get_array()) add_values(entry, inner, found);
  } else if (value.is_object()) {
    // A list of emails is compared by the value of its entries.
    for (const auto& member : value.get_object())
      if (lower_case(member.key()) == (inner.empty() ? "value" : inner)) found.push_back(lower_text(member.value()));
  } else if (inner.empty()) {
    found.push_back(lower_text(value));
  }
}

bool compares(const std::string& has, const std::string& how, const std::string& wanted) {
  if (how == "eq") return has == wanted;
  if (how == "ne") return has != wanted;
  if (how == "co") return has.find(wanted) != std::string::npos;
  if (how == "sw") return has.starts_with(wanted);
  if (how == "ew") return has.ends_with(wanted);
  if (how == "gt") return has > wanted;
  if (how == "ge") return has >= wanted;
  if (how == "lt") return has < wanted;
  return has <= wanted;
}

// Reads a filter from left to right and says of each part whether the document fits it. Both sides of `and` and `or`
// are read, so that a mistake behind what decides is found too.
class Filter {
 public:
  Filter(const json::object& document, const std::string& text) : document_(document), text_(text) {}

  bool fits() {
    const bool fits = alternatives(0);
    if (!word().empty()) refuse();
    return fits;
  }

 private:
  [[noreturn]] void refuse() const {
    throw ScimError(400, "Given filter operator is not supported: " + text_.substr(0, 1000), "invalidFilter");
  }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

  // The next word in lower case, without taking it.
  std::string word() {
    skip_blanks();
    if (at_ < text_.size() && (text_[at_] == '(' || text_[at_] == ')')) return text_.substr(at_, 1);
    const std::size_t end = std::min(text_.find_first_of(" \t()\"'", at_), text_.size());
    return lower_case(text_.substr(at_, end - at_));
  }
  bool takes(std::string_view wanted) {
    if (word() != wanted) return false;
    at_ += wanted.size();
    return true;
  }
  std::string take_word() {
    std::string taken = word();
    if (taken.empty() || taken == "(" || taken == ")") refuse();
    at_ += taken.size();
    return taken;
  }
  // In double quotes, as SCIM has it, in single ones, as clients of Databricks write it, or bare.
  std::string take_value() {
    skip_blanks();
    if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return take_word();
    const std::size_t end = text_.find(text_[at_], at_ + 1);
    if (end == std::string::npos) refuse();
    std::string value = lower_case(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return value;
  }

  bool alternatives(int depth) {
    bool fits = conditions(depth);
    while (takes("or")) fits = conditions(depth) || fits;
    return fits;
  }
  bool conditions(int depth) {
    bool fits = condition(depth);
    while (takes("and")) fits = condition(depth) && fits;
    return fits;
  }
  bool condition(int depth) {
    if (depth > kDeepest) refuse();
    if (takes("not")) return !condition(depth + 1);
    if (takes("(")) {
      const bool fits = alternatives(depth + 1);
      if (!takes(")")) refuse();
      return fits;
    }
    return comparison();
  }
  bool comparison() {
    const std::vector<std::string> values = scim_values(document_, take_word());
    const std::string how = take_word();
    if (how == "pr") return !values.empty();
    static const std::vector<std::string> known{"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"};
    if (std::find(known.begin(), known.end(), how) == known.end()) refuse();
    const std::string wanted = take_value();
    if (values.empty()) return how == "ne";
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& value) { return compares(value, how, wanted); });
  }

  const json::object& document_;
  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<std::string> scim_values(const json::object& document, std::string_view attribute) {
  const std::string wanted = lower_case(attribute);
  const std::size_t dot = wanted.find('.');
  std::vector<std::string> found;
  for (const auto& member : document)
    if (lower_case(member.key()) == wanted.substr(0, dot))
      add_values(member.value(), dot == std::string::npos ? "" : wanted.substr(dot + 1), found);
  return found;
}

bool fits_filter(const json::object& document, const std::string& filter) {
  if (filter.empty()) return true;
  if (filter.size() > kFilterLimit) throw ScimError(400, "The filter is too long", "invalidFilter");
  return Filter(document, filter).fits();
}

}  // namespace brickwork::local
