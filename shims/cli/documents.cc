#include "documents.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "exit_status.h"

namespace brickwork::cli {
namespace {

// More than any document of ours nests, and far from where a recursive reader would run out of stack.
constexpr std::size_t kMaxDepth = 512;

constexpr const char* kRunForms = "RUN is a handle file, -, a run id, or the address of a run page";

std::string place_in(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_start + 1);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= '0' && c <= '9'; });
}

bool is_address(std::string_view text) { return text.substr(0, 8) == "https://" || text.substr(0, 7) == "http://"; }

}  // namespace

std::string read_input(const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::error_code error;
  const bool directory = std::filesystem::is_directory(path, error);
  errno = directory ? EISDIR : 0;
  std::ifstream file;
  if (!directory) file.open(path, std::ios::binary);
  if (!file.is_open()) throw Stop(kWrongCommandOrDocument, "cannot read " + path + ": " + std::strerror(errno));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

json::value parse_document(std::string_view text, const std::string& what) {
  json::parse_options options;
  options.max_depth = kMaxDepth;
  json::stream_parser parser({}, options);
  json::error_code error;
  std::size_t taken = parser.write_some(text.data(), text.size(), error);
  if (!error && taken < text.size()) error = json::error::extra_data;
  if (!error) parser.finish(error);
  if (!error) return parser.release();
  throw Stop(kWrongCommandOrDocument, what + " is not JSON: " + error.message() + " at " + place_in(text, taken));
}

GroupText GroupText::read(const std::string& path) {
  GroupText group;
  group.text_ = read_input(path);
  group.value_ = parse_document(group.text_, path == "-" ? "the group on the standard input" : path);
  return group;
}

std::string GroupText::request(const json::object& others) const {
  std::string request = "{\"group\":" + text_;
  for (const auto& member : others) {
    request += "," + json::serialize(member.key()) + ":" + json::serialize(member.value());
  }
  return request + "}";
}

void point_into_the_file(json::object& answer, std::string_view member) {
  const std::string pointer = text_of(answer, "pointer");
  const bool is_below = pointer.rfind(member, 0) == 0;
  if (is_below && (pointer.size() == member.size() || pointer[member.size()] == '/'))
    answer["pointer"] = pointer.substr(member.size());
  json::value* findings = answer.if_contains("findings");
  if (findings == nullptr || !findings->is_array()) return;
  for (json::value& finding : findings->get_array()) {
    if (finding.is_object()) point_into_the_file(finding.get_object(), member);
  }
}

json::object run_reference(const std::string& run) {
  if (is_number(run)) return {{"run_id", run}};
  if (is_address(run)) return {{"url", run}};
  std::error_code error;
  if (run != "-" && !std::filesystem::exists(run, error)) {
    throw Stop(kWrongCommandOrDocument, "'" + run + "' names no run", kRunForms);
  }
  const std::string what = run == "-" ? "the handle on the standard input" : run;
  json::value handle = parse_document(read_input(run), what);
  // `run --detach --json` and `run --json` print the handle inside a document; both are good as they are.
  if (handle.is_object() && handle.get_object().contains("handle")) {
    json::value inner = handle.get_object().at("handle");
    handle = std::move(inner);
  }
  if (!handle.is_object() || !handle.get_object().contains("run_id")) {
    throw Stop(kWrongCommandOrDocument, what + " is not the handle of a run: it has no run_id", kRunForms);
  }
  return {{"handle", std::move(handle)}};
}

json::object named_values(const std::vector<std::string>& pairs) {
  json::object values;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Stop(kWrongCommandOrDocument, "'" + pair + "' is not NAME=VALUE");
    }
    values[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return values;
}

json::array string_array(const std::vector<std::string>& texts) {
  json::array array;
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

std::string text_of(const json::object& object, std::string_view name, std::string_view fallback) {
  const json::value* value = object.if_contains(name);
  return std::string(value != nullptr && value->is_string() ? std::string_view(value->get_string()) : fallback);
}

std::int64_t number_of(const json::object& object, std::string_view name, std::int64_t fallback) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return fallback;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64()) return static_cast<std::int64_t>(value->get_uint64());
  if (value->is_double()) return static_cast<std::int64_t>(value->get_double());
  return fallback;
}

bool flag_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object& object_of(const json::object& object, std::string_view name) {
  static const json::object kNone;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const json::array& array_of(const json::object& object, std::string_view name) {
  static const json::array kNone;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

}  // namespace brickwork::cli
