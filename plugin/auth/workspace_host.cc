#include "auth/workspace_host.h"

#include <algorithm>
#include <cctype>

namespace brickwork {
namespace {

// Letters, digits and what a name, a port or an IPv6 address is written with; everything else is a slip of the pen.
bool is_authority(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

void read_query(std::string_view query, WorkspaceHost& host) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view item = query.substr(0, end);
    query = end == query.npos ? std::string_view() : query.substr(end + 1);
    const std::size_t equals = item.find('=');
    if (equals == item.npos) continue;
    const std::string_view name = item.substr(0, equals);
    if (name == "o" || name == "w" || name == "workspace_id") host.workspace_id = item.substr(equals + 1);
    if (name == "a" || name == "account_id") host.account_id = item.substr(equals + 1);
  }
}

}  // namespace

Result<WorkspaceHost> clean_host(std::string_view host) {
  WorkspaceHost cleaned;
  std::string_view rest = trimmed(host);
  std::string scheme = "https";
  if (const std::size_t colon = rest.find("://"); colon != rest.npos) {
    scheme = rest.substr(0, colon);
    std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](unsigned char c) { return std::tolower(c); });
    rest = rest.substr(colon + 3);
  }
  rest = rest.substr(0, rest.find('#'));
  if (const std::size_t question = rest.find('?'); question != rest.npos) {
    read_query(rest.substr(question + 1), cleaned);
    rest = rest.substr(0, question);
  }
  rest = rest.substr(0, rest.find('/'));
  // Not repeated in the message: what stands before an @ may be a password.
  if ((scheme != "https" && scheme != "http") || !is_authority(rest)) {
    return failure(Code::kInvalidArgument,
                   "the host is not the address of a workspace, such as https://adb-1234567890.1.azuredatabricks.net",
                   "/host");
  }
  cleaned.origin = scheme + "://" + std::string(rest);
  return cleaned;
}

bool is_account_host(std::string_view origin) {
  return origin.substr(0, 17) == "https://accounts." || origin.substr(0, 21) == "https://accounts-dod.";
}

}  // namespace brickwork
