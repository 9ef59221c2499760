#include "group/dynamic_reference.h"

#include <algorithm>
#include <optional>

#include "group/edit_distance.h"

namespace brickwork::group {
namespace {

constexpr std::string_view kDotted[] = {"job", "task", "tasks", "input", "workspace", "backfill"};
constexpr std::string_view kOlder[] = {"job_id",        "run_id",   "start_date",       "start_time",        "job_name",
                                       "parent_run_id", "task_key", "task_retry_count", "start_timestamp_ms"};

// * is any part, ** one or more of them, @ a way to write a time.
constexpr std::string_view kKnown[] = {"job.id",
                                       "job.name",
                                       "job.run_id",
                                       "job.repair_count",
                                       "job.start_time.@",
                                       "job.trigger.**",
                                       "job.parameters.**",
                                       "task.name",
                                       "task.run_id",
                                       "task.execution_count",
                                       "task.notebook_path",
                                       "tasks.*.run_id",
                                       "tasks.*.result_state",
                                       "tasks.*.error_code",
                                       "tasks.*.execution_count",
                                       "tasks.*.notebook_path",
                                       "tasks.*.values.**",
                                       "tasks.*.output.rows",
                                       "tasks.*.output.first_row",
                                       "tasks.*.output.first_row.**",
                                       "tasks.*.output.alert_state",
                                       "workspace.id",
                                       "workspace.url",
                                       "input",
                                       "input.**",
                                       "backfill.iso_datetime"};
constexpr std::string_view kTimes[] = {"iso_weekday", "is_weekday", "iso_date", "iso_datetime", "year",        "month",
                                       "day",         "hour",       "minute",   "second",       "timestamp_ms"};

template <std::size_t kSize>
bool holds(const std::string_view (&list)[kSize], std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

bool is_part_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '/';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Empty when the text is no dotted name.
ReferencePath path_of(std::string_view text) {
  ReferencePath path;
  while (true) {
    if (text.starts_with('`')) {
      const std::size_t end = text.find('`', 1);
      if (end == std::string_view::npos || end == 1) return {};
      path.push_back(text.substr(1, end - 1));
      text.remove_prefix(end + 1);
    } else {
      const auto end = std::find_if_not(text.begin(), text.end(), is_part_character);
      if (end == text.begin()) return {};
      path.push_back(text.substr(0, static_cast<std::size_t>(end - text.begin())));
      text.remove_prefix(path.back().size());
    }
    if (text.empty()) return path;
    if (text.front() != '.') return {};
    text.remove_prefix(1);
  }
}

// "job.", "tasks.", "secrets/" and so on: nothing that another language would put into braces by chance.
bool begins_like_reference(std::string_view text) {
  text = trimmed(text);
  const auto end = std::find_if_not(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length == text.size()) return false;
  const std::string_view first = text.substr(0, length);
  if (text[length] == '/') return first == "secrets";
  return text[length] == '.' && first != "input" && holds(kDotted, first);
}

std::string_view head_of(std::string_view text) { return text.substr(0, std::min<std::size_t>(text.size(), 60)); }

// Finds one after another in one text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<DynamicReference> run() {
    for (std::size_t at = text_.find('{'); at != std::string_view::npos; at = text_.find('{', at))
      at = text_.substr(at).starts_with("{{") ? read_double(at) : read_single(at);
    return std::move(found_);
  }

 private:
  // Returns where to go on.
  std::size_t read_double(std::size_t at) {
    const std::size_t inside = at + 2;
    if (text_.substr(inside).starts_with('{')) return at + 1;  // a reference may begin right behind a brace
    const std::size_t end = text_.find("}}", inside);
    const std::size_t next = text_.find("{{", inside);
    if (end == std::string_view::npos || next < end) {
      if (begins_like_reference(text_.substr(inside))) report(text_.substr(at));
      return inside;
    }
    const std::string_view name = trimmed(text_.substr(inside, end - inside));
    ReferencePath path = path_of(name);
    if (!path.empty()) {
      found_.push_back({name, std::move(path)});
    } else if (begins_like_reference(name)) {
      report(text_.substr(at, end + 2 - at));
    }
    return end + 2;
  }

  // {job.id}: what an f-string leaves of {{job.id}}.
  std::size_t read_single(std::size_t at) {
    const std::size_t inside = at + 1;
    const std::size_t end = text_.find_first_of("{}", inside);
    if (end == std::string_view::npos || text_[end] == '{') return inside;
    const std::string_view name = trimmed(text_.substr(inside, end - inside));
    if (begins_like_reference(name) && !path_of(name).empty()) report(text_.substr(at, end + 1 - at));
    return end;
  }

  void report(std::string_view text) { found_.push_back({head_of(text), {}}); }

  std::string_view text_;
  std::vector<DynamicReference> found_;
};

// The parts of a pattern, compared one by one; `rest` is what is left of it.
std::string_view take_part(std::string_view& rest) {
  const std::size_t dot = rest.find('.');
  const std::string_view part = rest.substr(0, dot);
  rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
  return part;
}

bool fits(std::string_view pattern, std::string_view part) {
  return pattern == "*" || (pattern == "@" ? holds(kTimes, part) : pattern == part);
}

bool matches(std::string_view pattern, const ReferencePath& path) {
  std::size_t i = 0;
  while (!pattern.empty()) {
    const std::string_view expected = take_part(pattern);
    if (i >= path.size()) return false;
    if (expected == "**") return true;
    if (!fits(expected, path[i++])) return false;
  }
  return i == path.size();
}

// The one part in which the path misses the pattern, when there is one and it is near.
std::optional<std::string> mended(std::string_view pattern, const ReferencePath& path) {
  std::string text;
  bool is_changed = false;
  for (const std::string_view part : path) {
    if (pattern.empty()) return std::nullopt;
    const std::string_view expected = take_part(pattern);
    std::string_view good = part;
    if (expected == "**") pattern = "**";
    if (expected != "**" && !fits(expected, part)) {
      if (is_changed) return std::nullopt;
      is_changed = true;
      good = expected;
      const std::size_t limit = most_edits(part);
      if (expected == "@") {
        const auto* near = std::find_if(std::begin(kTimes), std::end(kTimes), [&](std::string_view time) {
          return edit_distance(part, time, limit) <= limit;
        });
        if (near == std::end(kTimes)) return std::nullopt;
        good = *near;
      } else if (edit_distance(part, expected, limit) > limit) {
        return std::nullopt;
      }
    }
    text += (text.empty() ? "" : ".") + std::string(good);
  }
  if (!pattern.empty() && pattern != "**") return std::nullopt;
  return text;
}

}  // namespace

std::vector<DynamicReference> dynamic_references(std::string_view text) {
  if (text.find('{') == std::string_view::npos) return {};
  return Scanner(text).run();
}

bool is_reference_namespace(std::string_view first) {
  return holds(kDotted, first) || holds(kOlder, first) || first.starts_with("secrets/");
}

bool is_known_reference(const ReferencePath& path) {
  if (!holds(kDotted, path.front())) return true;
  return std::any_of(std::begin(kKnown), std::end(kKnown),
                     [&](std::string_view pattern) { return matches(pattern, path); });
}

std::string nearest_reference(const ReferencePath& path) {
  for (std::string_view pattern : kKnown) {
    if (const std::optional<std::string> text = mended(pattern, path)) return *text;
  }
  return {};
}

}  // namespace brickwork::group
