#pragma once

#include <map>
#include <string>

namespace brickwork::local {

// `environment` with git kept from asking anybody, from looking at another repository and from starting other programs
// than its own and ssh.
std::map<std::string, std::string> git_environment(std::map<std::string, std::string> environment);

// The part of a repository's config that names its remote. The URL may hold a password, and a command line is seen by
// everybody who may run ps.
std::string git_remote_section(const std::string& url);

}  // namespace brickwork::local
