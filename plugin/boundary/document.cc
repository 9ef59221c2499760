#include "boundary/document.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "engine/json_pointer.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;
using boost::system::error_code;

constexpr std::size_t kLargestBytes = 32u << 20;
constexpr std::size_t kDeepest = 256;

// Builds the value as Boost's own parser does, and beside it knows where it stands and which members it has seen. One
// pass over the text, and no allocation for a member once the two buffers have grown.
class Handler {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit Handler(const json::storage_ptr& storage) : storage_(storage) {}

  json::value release() { return values_.release(); }
  bool found_duplicate() const { return found_duplicate_; }
  bool found_immense() const { return found_immense_; }

  std::string pointer() const {
    std::string pointer;
    for (const Frame& frame : frames_) {
      if (!frame.is_object) {
        pointer += '/' + std::to_string(frame.elements == 0 ? 0 : frame.elements - 1);
      } else if (frame.current_key != kNoKey) {
        append_member(pointer, key(members_[frame.current_key]));
      }
    }
    return pointer;
  }

  bool on_document_begin(error_code&) {
    values_.reset(storage_);
    return true;
  }
  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code&) {
    count_element();
    frames_.push_back({.is_object = true, .first_member = members_.size()});
    return true;
  }
  bool on_object_end(std::size_t size, error_code& ec) {
    Frame& frame = frames_.back();
    if (const std::size_t twice = find_duplicate(frame.first_member); twice != kNoKey) {
      frame.current_key = twice;
      found_duplicate_ = true;
      ec = json::error::syntax;
      return false;
    }
    if (frame.first_member < members_.size()) characters_.resize(members_[frame.first_member].begin);
    members_.resize(frame.first_member);
    frames_.pop_back();
    values_.push_object(size);
    return true;
  }
  bool on_array_begin(error_code&) {
    count_element();
    frames_.push_back({.is_object = false, .first_member = members_.size()});
    return true;
  }
  bool on_array_end(std::size_t size, error_code&) {
    frames_.pop_back();
    values_.push_array(size);
    return true;
  }

  bool on_key_part(json::string_view part, std::size_t, error_code&) {
    characters_.append(part.data(), part.size());
    values_.push_chars(part);
    return true;
  }
  bool on_key(json::string_view rest, std::size_t size, error_code&) {
    characters_.append(rest.data(), rest.size());
    frames_.back().current_key = members_.size();
    members_.push_back({characters_.size() - size, size});
    values_.push_key(rest);
    return true;
  }

  bool on_string_part(json::string_view part, std::size_t, error_code&) {
    values_.push_chars(part);
    return true;
  }
  bool on_string(json::string_view rest, std::size_t, error_code&) {
    count_element();
    values_.push_string(rest);
    return true;
  }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, error_code&) {
    count_element();
    values_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, error_code&) {
    count_element();
    values_.push_uint64(number);
    return true;
  }
  // 1e999 is Infinity to Boost and 0e999 NaN, and both are written as words that are no JSON.
  bool on_double(double number, json::string_view, error_code& ec) {
    count_element();
    if (!std::isfinite(number)) {
      found_immense_ = true;
      ec = json::error::syntax;
      return false;
    }
    values_.push_double(number);
    return true;
  }
  bool on_bool(bool value, error_code&) {
    count_element();
    values_.push_bool(value);
    return true;
  }
  bool on_null(error_code&) {
    count_element();
    values_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  static constexpr std::size_t kNoKey = std::size_t(-1);

  struct Frame {
    bool is_object;
    std::size_t first_member;
    std::size_t current_key = kNoKey;
    std::size_t elements = 0;
  };
  struct Member {
    std::size_t begin;
    std::size_t size;
  };

  void count_element() {
    if (!frames_.empty()) ++frames_.back().elements;
  }

  std::string_view key(const Member& member) const {
    return std::string_view(characters_).substr(member.begin, member.size);
  }

  // The later one of two members with the same name. Nearly every object is small: there, comparing all is fastest.
  std::size_t find_duplicate(std::size_t first) const {
    const std::size_t end = members_.size();
    if (end - first <= 24) {
      for (std::size_t i = first; i < end; ++i)
        for (std::size_t j = i + 1; j < end; ++j)
          if (key(members_[i]) == key(members_[j])) return j;
      return kNoKey;
    }
    std::vector<std::size_t> order(end - first);
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = first + i;
    std::sort(order.begin(), order.end(),
              [this](std::size_t a, std::size_t b) { return key(members_[a]) < key(members_[b]); });
    for (std::size_t i = 1; i < order.size(); ++i)
      if (key(members_[order[i - 1]]) == key(members_[order[i]])) return std::max(order[i - 1], order[i]);
    return kNoKey;
  }

  const json::storage_ptr storage_;
  json::value_stack values_;
  std::vector<Frame> frames_;
  std::vector<Member> members_;  // of all objects that are open, innermost last
  std::string characters_;       // their names
  bool found_duplicate_ = false;
  bool found_immense_ = false;
};

json::parse_options options() {
  json::parse_options options;
  options.max_depth = kDeepest;
  return options;
}

Status refuse(std::string_view name, const std::string& reason, std::string pointer = {}) {
  return failure(Code::kInvalidArgument, std::string(name) + ' ' + reason, std::move(pointer));
}

const char* kind_name(json::kind kind) {
  switch (kind) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

}  // namespace

Result<json::object> parse_document(std::string_view text, std::string_view name, const json::storage_ptr& storage) {
  if (text.empty()) return json::object();
  if (text.size() > kLargestBytes) {
    return refuse(name, "has " + std::to_string(text.size()) + " bytes; the limit is 33554432 (32 MiB)");
  }
  json::basic_parser<Handler> parser(options(), storage);
  error_code ec;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), ec);
  const Handler& handler = parser.handler();
  if (handler.found_duplicate()) {
    return refuse(name, "has this member twice; keep one: " + handler.pointer(), handler.pointer());
  }
  if (handler.found_immense()) {
    return refuse(name, "has a number here whose exponent no double has; write it as a string: " + handler.pointer(),
                  handler.pointer());
  }
  if (ec == json::error::too_deep) {
    return refuse(name, "is nested deeper than 256 levels, from byte " + std::to_string(parsed), handler.pointer());
  }
  if (!ec && parsed < text.size()) ec = json::error::extra_data;
  if (ec) {
    return refuse(name, "is not JSON in UTF-8: " + ec.message() + " at byte " + std::to_string(parsed),
                  handler.pointer());
  }
  json::value value = parser.handler().release();
  if (!value.is_object()) return refuse(name, std::string("must be an object, and is ") + kind_name(value.kind()));
  return std::move(value.get_object());
}

}  // namespace brickwork::boundary
