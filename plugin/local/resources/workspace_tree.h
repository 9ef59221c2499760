#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "local/workspace.h"

namespace brickwork::local {

struct WorkspaceObject {
  std::string path;  // "/Shared/rows": without /Workspace and without a last slash
  std::int64_t object_id = 0;
  std::string object_type;  // NOTEBOOK, DIRECTORY or FILE
  std::string language;     // PYTHON, SQL, SCALA or R; of notebooks only
  std::int64_t created_at = 0;
  std::int64_t modified_at = 0;
  std::int64_t size = 0;
};

std::string parent_of(const std::string& path);  // of "/a": "/"

// The workspace's folders, notebooks and files. Contents are real files below <state>/workspace, so that tasks can open
// and import them, and what a task writes there is part of the workspace; SQLite has what a file cannot tell: the id,
// and that it is a notebook. Notebooks are kept in source format whatever they were imported from.
class WorkspaceTree {
 public:
  explicit WorkspaceTree(Workspace& workspace);

  // "/Workspace/Shared/x/" -> "/Shared/x". Throws INVALID_PARAMETER_VALUE for a path that is not absolute or climbs.
  static std::string normal(const std::string& path);

  std::optional<WorkspaceObject> find(const std::string& path);
  WorkspaceObject get(const std::string& path);  // RESOURCE_DOES_NOT_EXIST when there is none
  std::optional<WorkspaceObject> find_id(std::int64_t object_id);
  std::vector<WorkspaceObject> list(const std::string& directory);
  void mkdirs(const std::string& path);
  // The home folder of a user, made when it is first asked for.
  void make_home(const std::string& user_name);
  // `language` is empty for a FILE. The parent must be there.
  void put(const std::string& path, const std::string& language, const std::string& content, bool overwrite);
  std::string read(const WorkspaceObject& object) const;
  void remove(const std::string& path, bool recursive);

  std::filesystem::path file_of(const std::string& path) const;

 private:
  WorkspaceObject described(const std::string& path);

  Workspace& workspace_;
  std::filesystem::path root_;
  std::filesystem::path parts_;  // on their way there
};

}  // namespace brickwork::local
