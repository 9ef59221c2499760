#pragma once

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace brickwork::fuzz {

// The library's own reading refuses numbers beyond a double, which Boost makes Infinity or NaN of.
inline bool is_finite(const boost::json::value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (const auto* items = value.if_array()) return std::all_of(items->begin(), items->end(), is_finite);
  if (const auto* members = value.if_object())
    return std::all_of(members->begin(), members->end(), [](const auto& member) { return is_finite(member.value()); });
  return true;
}

// Most of what a fuzzer writes is no JSON; that is the parser's affair, not ours.
inline std::optional<boost::json::value> document(const std::uint8_t* data, std::size_t size) {
  boost::json::parse_options options;
  options.max_depth = 400;  // the rooms' own limit is lower
  boost::system::error_code error;
  boost::json::value value =
      boost::json::parse(std::string_view(reinterpret_cast<const char*>(data), size), error, {}, options);
  if (error || !is_finite(value)) return std::nullopt;
  return value;
}

// A sanitizer sees mistakes of memory; this is for mistakes of meaning. The fuzzer keeps the input of an abort.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

}  // namespace brickwork::fuzz
