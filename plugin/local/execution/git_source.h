#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

namespace brickwork::local {

// The git_source of a job, as `git` is told of it.
struct GitSource {
  std::string url;
  std::string commit;                // git_commit, or git_snapshot.used_commit; empty for the end of a branch or a tag
  std::string reference;             // refs/heads/main; empty when only a commit is named
  std::vector<std::string> secrets;  // what of the URL nobody may read

  static GitSource of(const boost::json::object& named);

  // The part of .git/config that names the remote. The URL may hold a password, and a command line is seen by everybody
  // who may run ps.
  std::string remote_section() const;
  // What to fetch: the one commit that a branch or tag means, or everything, since a server gives a commit by its
  // name only when it wants to.
  std::vector<std::string> fetch_arguments() const;
  // What the commit is called after the fetch.
  std::string wanted() const;
  std::string without_secrets(std::string text) const;
};

}  // namespace brickwork::local
