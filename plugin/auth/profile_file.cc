#include "auth/profile_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace brickwork {
namespace {

constexpr std::string_view kBlank = " \t\r";
constexpr std::size_t kLargestFile = 1u << 20;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }

// A # or ; is part of the value unless a blank stands before it: tokens and passwords may hold either.
std::string_view clean_value(std::string_view value) {
  value = trimmed(value);
  if (!value.empty() && is_quote(value.front())) {
    const std::size_t close = value.find(value.front(), 1);
    if (close != value.npos) return value.substr(1, close - 1);
  }
  if (!value.empty() && (value.front() == '#' || value.front() == ';')) return {};
  for (std::size_t at = 1; at < value.size(); ++at)
    if ((value[at] == '#' || value[at] == ';') && kBlank.find(value[at - 1]) != kBlank.npos) {
      return trimmed(value.substr(0, at));
    }
  return value;
}

Status wrong_line(const std::string& path, int number, const char* what) {
  return failure(Code::kInvalidArgument, path + ", line " + std::to_string(number) + ": " + what);
}

}  // namespace

Result<Profiles> parse_profiles(std::string_view text, const std::string& path) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  Profiles profiles;
  std::string section = "DEFAULT";
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text = end == text.npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;

    if (line.front() == '[') {
      const std::size_t close = line.find(']');
      if (close == line.npos) return wrong_line(path, number, "a section has no closing bracket");
      section = trimmed(line.substr(1, close - 1));
      profiles[section];
      continue;
    }
    const std::size_t delimiter = line.find_first_of("=:");
    if (delimiter == line.npos) return wrong_line(path, number, "neither a [section] nor \"key = value\"");
    const std::string key = lower(trimmed(line.substr(0, delimiter)));
    if (key.empty()) return wrong_line(path, number, "a value has no key");
    profiles[section][key] = clean_value(line.substr(delimiter + 1));
  }
  return profiles;
}

Result<Profiles> read_profiles(const std::string& path) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    const bool missing = errno == ENOENT || errno == ENOTDIR;
    return failure(missing ? Code::kNotFound : Code::kFailedPrecondition, path + ": " + std::strerror(errno));
  }
  if (!S_ISREG(found.st_mode)) return failure(Code::kFailedPrecondition, path + " is not a file");
  if (static_cast<std::size_t>(found.st_size) > kLargestFile) {
    return failure(Code::kFailedPrecondition, path + " is larger than a configuration file can be");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return failure(Code::kFailedPrecondition, path + " cannot be read: " + std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return parse_profiles(text, path);
}

}  // namespace brickwork
