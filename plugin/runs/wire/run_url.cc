#include "runs/wire/run_url.h"

#include <algorithm>
#include <charconv>

namespace brickwork::runs {
namespace {

// The number behind `word` + '/', which has to stand at the start of a path segment.
std::int64_t number_after(std::string_view url, std::string_view word) {
  for (std::size_t at = url.find(word); at != std::string_view::npos; at = url.find(word, at + 1)) {
    const std::size_t digits = at + word.size() + 1;
    const bool whole_word =
        at > 0 && (url[at - 1] == '/' || url[at - 1] == '#') && digits < url.size() && url[digits - 1] == '/';
    if (!whole_word) continue;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(url.data() + digits, url.data() + url.size(), number);
    const bool ends = end == url.data() + url.size() || *end == '/' || *end == '?' || *end == '#' || *end == '&';
    if (error == std::errc() && ends) return number;
  }
  return 0;
}

std::string plain(std::string_view host) {
  std::string result(host);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  if (result.starts_with("https://")) result.erase(0, 8);
  while (result.ends_with('/')) result.pop_back();
  return result;
}

}  // namespace

RunUrl parse_run_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::size_t end = url.find_first_of("/?#", scheme + 3);
  if (end == std::string_view::npos) return {};

  const std::string_view rest = url.substr(end);
  RunUrl result{.host = std::string(url.substr(0, end))};
  result.job_id = number_after(rest, "jobs");
  if (result.job_id == 0) result.job_id = number_after(rest, "job");
  result.run_id = number_after(rest, "runs");
  if (result.run_id == 0) result.run_id = number_after(rest, "run");
  return result;
}

std::string run_page_url(std::string_view host, std::string_view workspace_id, std::int64_t job_id,
                         std::int64_t run_id) {
  std::string url(host);
  url += "/jobs/" + std::to_string(job_id) + "/runs/" + std::to_string(run_id);
  if (!workspace_id.empty()) url.append("?o=").append(workspace_id);
  return url;
}

bool same_host(std::string_view one, std::string_view other) { return plain(one) == plain(other); }

}  // namespace brickwork::runs
