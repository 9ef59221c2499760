#include "local/jobs/references.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <ctime>

namespace brickwork::local {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

}  // namespace

std::optional<ReferencePath> parse_reference(std::string_view inside) {
  inside = trim(inside);
  if (inside.empty()) return std::nullopt;
  ReferencePath path(1);
  bool quoted = false;
  for (const char letter : inside) {
    if (letter == '`')
      quoted = !quoted;
    else if (letter == '.' && !quoted)
      path.emplace_back();
    else if ((letter == '{' || letter == '}') && !quoted)
      return std::nullopt;
    else
      path.back() += letter;
  }
  for (const std::string& name : path)
    if (name.empty()) return std::nullopt;
  return quoted ? std::nullopt : std::make_optional(std::move(path));
}

std::string resolve_references(std::string_view text, const ReferenceLookup& lookup) {
  std::string resolved;
  while (true) {
    const std::size_t open = text.find("{{");
    const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open + 2);
    if (close == std::string_view::npos) return resolved.append(text);
    resolved.append(text.substr(0, open));
    const std::optional<ReferencePath> path = parse_reference(text.substr(open + 2, close - open - 2));
    const std::optional<std::string> value = path ? lookup(*path) : std::nullopt;
    // A brace that opens nothing is passed over alone: a reference may begin right behind it.
    const std::size_t used = value ? close + 2 : open + 1;
    resolved.append(value ? std::string_view(*value) : text.substr(open, 1));
    text.remove_prefix(used);
  }
}

boost::json::value resolve_references_in(const boost::json::value& value, const ReferenceLookup& lookup) {
  if (value.is_string()) return boost::json::string(resolve_references(std::string_view(value.get_string()), lookup));
  if (value.is_array()) {
    boost::json::array resolved;
    for (const boost::json::value& entry : value.get_array()) resolved.push_back(resolve_references_in(entry, lookup));
    return resolved;
  }
  if (value.is_object()) {
    boost::json::object resolved;
    for (const auto& member : value.get_object())
      resolved[member.key()] = resolve_references_in(member.value(), lookup);
    return resolved;
  }
  return value;
}

std::optional<std::string> format_time(std::int64_t time_ms, std::string_view format) {
  const std::time_t seconds = static_cast<std::time_t>(time_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  const int weekday = utc.tm_wday == 0 ? 7 : utc.tm_wday;
  if (format == "iso_weekday") return std::to_string(weekday);
  if (format == "is_weekday") return weekday <= 5 ? "true" : "false";
  if (format == "iso_date") return print("%04d-%02d-%02d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
  if (format == "iso_datetime")
    return print("%04d-%02d-%02dT%02d:%02d:%02d.%03d", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                 utc.tm_min, utc.tm_sec, static_cast<int>(time_ms % 1000));
  if (format == "year") return std::to_string(utc.tm_year + 1900);
  if (format == "month") return std::to_string(utc.tm_mon + 1);
  if (format == "day") return std::to_string(utc.tm_mday);
  if (format == "hour") return std::to_string(utc.tm_hour);
  if (format == "minute") return std::to_string(utc.tm_min);
  if (format == "second") return std::to_string(utc.tm_sec);
  if (format == "timestamp_ms") return std::to_string(time_ms);
  return std::nullopt;
}

std::string reference_text(const boost::json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
}

}  // namespace brickwork::local
