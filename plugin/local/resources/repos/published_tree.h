#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "local/resources/workspace_tree.h"

namespace brickwork::local {

// The files of a commit as objects of the workspace: notebooks lose their extension and .ipynb becomes source format,
// as in an import. Git's own work tree lies elsewhere, so that the workspace holds no .git and knows what was changed.
class PublishedTree {
 public:
  // Path below the folder -> digest of what lies there.
  using Digests = std::map<std::string, std::string>;

  struct Entry {
    std::filesystem::path file;  // in git's work tree
    std::string language;        // of a notebook
    bool is_ipynb = false;
    std::string digest;
  };
  using Entries = std::map<std::string, Entry>;

  PublishedTree(WorkspaceTree& tree, std::string folder) : tree_(tree), folder_(std::move(folder)) {}

  // What files of `work_tree` will be called, and hold. Links are left out: where they lead is not the repository's.
  static Entries entries(const std::filesystem::path& work_tree, const std::vector<std::string>& files);

  // Which of the published objects somebody changed or removed. One that is as in `target` was put there by a
  // publishing that did not come to its end.
  std::vector<std::string> changed(const Digests& published, const Digests& target) const;
  // Which objects of the folder, neither published nor as `target` has them, lie where an entry wants to be.
  std::vector<std::string> in_the_way(const Entries& entries, const Digests& published, const Digests& target) const;

  // Puts the entries there and takes away what is published and not among them.
  void publish(const Entries& entries, const Digests& published) const;

 private:
  std::string digest_of(const std::string& path) const;  // "" when there is no such file
  void remove_with_empty_folders(const std::string& path) const;

  WorkspaceTree& tree_;
  std::string folder_;
};

boost::json::object document_of(const PublishedTree::Digests& digests);
PublishedTree::Digests digests_of(const PublishedTree::Entries& entries);
PublishedTree::Digests digests_in(const boost::json::object& document);

}  // namespace brickwork::local
