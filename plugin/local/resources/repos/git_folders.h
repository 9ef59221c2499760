#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "local/caller.h"
#include "local/resources/repos/git_command.h"
#include "local/resources/repos/git_credentials.h"
#include "local/resources/repos/published_tree.h"
#include "local/resources/workspace_tree.h"
#include "local/workspace.h"

namespace brickwork::local {

struct GitFolder {
  std::int64_t id = 0;  // the object id of its directory
  std::string path;
  std::string url;
  std::string provider;
  std::string branch;  // empty: at a tag
  std::string commit;  // empty: the repository has none
  std::string files;   // the name of git's own folder for it
  boost::json::object sparse_checkout;
};

// Git folders: a remote's branch or tag in the workspace. Git's own files and its work tree are below
// <state>/git_folders, what people see is published from there. Any thread may call; of one folder one at a time.
class GitFolders {
 public:
  GitFolders(Workspace& workspace, WorkspaceTree& tree, GitCredentials& credentials, std::chrono::seconds longest);

  // The branch that the remote's HEAD names.
  GitFolder create(const Caller& caller, GitFolder wanted);
  // `branch` or `tag` is empty. GIT_CONFLICT when something in the folder was changed.
  GitFolder update(const Caller& caller, GitFolder folder, const std::string& branch, const std::string& tag);
  void set_sparse_checkout(const GitFolder& folder, const boost::json::object& sparse_checkout);
  void remove(const GitFolder& folder);

  std::optional<GitFolder> find(std::int64_t id);
  bool has(const std::string& path);
  std::vector<GitFolder> below(const std::string& prefix);  // by path

 private:
  class Busy;
  struct Published {
    PublishedTree::Digests now;
    PublishedTree::Digests target;
  };

  std::filesystem::path place_of(const GitFolder& folder) const { return root_ / folder.files; }
  GitCommand git(const GitFolder& folder, const Caller& caller) const;
  // Whatever of it is there.
  void discard(const GitFolder& folder);
  void begin_repository(const GitFolder& folder, const Caller& caller) const;
  std::string default_branch(const GitCommand& git) const;
  // Fetches and checks out; the entries of the commit.
  PublishedTree::Entries check_out(const GitFolder& folder, const GitCommand& git, const std::string& reference,
                                   std::string& commit) const;
  Published published(std::int64_t id);
  void store_target(std::int64_t id, const PublishedTree::Digests& target);
  void store(const GitFolder& folder, const PublishedTree::Digests& published);
  void forget_unfinished();

  Workspace& workspace_;
  WorkspaceTree& tree_;
  GitCredentials& credentials_;
  std::chrono::seconds longest_;
  std::filesystem::path root_;
  std::mutex mutex_;
  std::set<std::string> busy_;  // paths
};

}  // namespace brickwork::local
