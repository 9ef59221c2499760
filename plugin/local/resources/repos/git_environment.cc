#include "local/resources/repos/git_environment.h"

namespace brickwork::local {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

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

std::string git_remote_section(const std::string& url) {
  std::string quoted = url;
  replace_all(quoted, "\\", "\\\\");
  replace_all(quoted, "\"", "\\\"");
  return "[remote \"origin\"]\n\turl = \"" + quoted + "\"\n";
}

}  // namespace brickwork::local
