#include "local/execution/git_source.h"

#include "local/execution/log_file.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

constexpr const char* kWanted = "refs/brickwork/wanted";

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

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

std::string GitSource::remote_section() const {
  std::string quoted = url;
  replace_all(quoted, "\\", "\\\\");
  replace_all(quoted, "\"", "\\\"");
  return "[remote \"origin\"]\n\turl = \"" + quoted + "\"\n";
}

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

std::map<std::string, std::string> git_environment(std::map<std::string, std::string> environment) {
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG_COUNT",
                           "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_TEMPLATE_DIR", "GIT_SSH"})
    environment.erase(name);
  environment["GIT_TERMINAL_PROMPT"] = "0";
  environment["GIT_ASKPASS"] = environment["SSH_ASKPASS"] = "/bin/false";
  environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes -o ConnectTimeout=20";
  environment["GIT_ALLOW_PROTOCOL"] = "file:http:https:ssh";  // `ext::` would start any program
  environment["LC_ALL"] = "C";
  return environment;
}

}  // namespace brickwork::local
