#include "local/execution/git_source.h"

#include "local/execution/log_file.h"
#include "local/fields.h"
#include "local/resources/repos/git_environment.h"

namespace brickwork::local {
namespace {

constexpr const char* kWanted = "refs/brickwork/wanted";

// user:password of https://user:password@host/.
std::string credentials_in(const std::string& url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos) return "";
  const std::size_t host_end = url.find('/', scheme + 3);
  const std::size_t at = url.rfind('@', host_end);
  return at == std::string::npos || at < scheme + 3 ? "" : url.substr(scheme + 3, at - scheme - 3);
}

}  // namespace

GitSource GitSource::of(const boost::json::object& named) {
  GitSource source;
  source.url = text_field(named, "git_url").value_or("");
  source.commit = text_field(named, "git_commit").value_or("");
  if (const auto branch = text_field(named, "git_branch")) source.reference = "refs/heads/" + *branch;
  if (const auto tag = text_field(named, "git_tag")) source.reference = "refs/tags/" + *tag;
  if (const boost::json::object* snapshot = object_field(named, "git_snapshot"))
    if (const auto used = text_field(*snapshot, "used_commit")) source.commit = *used;
  if (const std::string found = credentials_in(source.url); !found.empty()) {
    source.secrets.push_back(found);
    const std::size_t colon = found.find(':');
    if (colon != std::string::npos && colon + 1 < found.size()) source.secrets.push_back(found.substr(colon + 1));
  }
  return source;
}

std::string GitSource::remote_section() const { return git_remote_section(url); }

std::vector<std::string> GitSource::fetch_arguments() const {
  if (commit.empty()) return {"fetch", "--quiet", "--depth=1", "--no-tags", "origin", "+" + reference + ":" + kWanted};
  return {"fetch",
          "--quiet",
          "--no-tags",
          "origin",
          "+refs/heads/*:refs/brickwork/heads/*",
          "+refs/tags/*:refs/brickwork/tags/*"};
}

std::string GitSource::wanted() const { return (commit.empty() ? kWanted : commit) + "^{commit}"; }

std::string GitSource::without_secrets(std::string text) const {
  for (const std::string& secret : secrets) redact(text, secret);
  return text;
}

}  // namespace brickwork::local
