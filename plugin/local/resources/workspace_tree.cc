#include "local/resources/workspace_tree.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = R"(
create table if not exists workspace_objects (
  path text primary key,
  object_id integer not null,
  object_type text not null,
  language text not null,
  created_at integer not null
) without rowid;
)";

std::int64_t modified_ms(const fs::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return 0;
  return status.st_mtim.tv_sec * std::int64_t{1000} + status.st_mtim.tv_nsec / 1'000'000;
}

// Written elsewhere and moved to its place, so that a task never reads half a notebook, nor sees one that a kill left.
void write_whole(const fs::path& file, const fs::path& parts, const std::string& content) {
  const fs::path part = parts / std::to_string(new_id());
  {
    std::ofstream out(part, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  }
  fs::rename(part, file);
}

}  // namespace

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

WorkspaceTree::WorkspaceTree(Workspace& workspace)
    : workspace_(workspace), root_(workspace.state_dir / "workspace"), parts_(workspace.state_dir / "importing") {
  fs::remove_all(parts_);
  fs::create_directories(parts_);
  workspace_.store.create(kSchema);
  for (const char* folder : {"Shared", "Repos", "Users"}) fs::create_directories(root_ / folder);
  make_home(workspace_.user_name);
}

void WorkspaceTree::make_home(const std::string& user_name) {
  if (user_name.empty() || user_name.starts_with('.') || user_name.find('/') != std::string::npos) return;
  const fs::path home = root_ / "Users" / user_name;
  if (!fs::exists(home)) fs::create_directory(home);
}

std::string WorkspaceTree::normal(const std::string& path) {
  if (path.empty() || path[0] != '/') throw invalid_parameter("Path (" + path + ") doesn't start with '/'");
  std::string clean;
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '/');) {
    if (part.empty()) continue;
    if (part == "." || part == ".." || part.find('\0') != std::string::npos || part.size() > 255)
      throw invalid_parameter("Path (" + path.substr(0, 300) + ") is not a valid workspace path");
    clean += "/" + part;
  }
  if (clean == "/Workspace") return "/";
  if (clean.starts_with("/Workspace/")) clean.erase(0, 10);
  return clean.empty() ? "/" : clean;
}

fs::path WorkspaceTree::file_of(const std::string& path) const { return root_ / path.substr(1); }

WorkspaceObject WorkspaceTree::described(const std::string& path) {
  const fs::path file = file_of(path);
  const bool directory = fs::is_directory(file);
  Transaction transaction(workspace_.store);
  WorkspaceObject object{.path = path, .modified_at = modified_ms(file)};
  {
    Rows rows = transaction.query(
        "select object_id, object_type, language, created_at from workspace_objects where path = ?", path);
    if (rows.next()) {
      object.object_id = rows.integer(0);
      object.object_type = rows.text(1);
      object.language = rows.text(2);
      object.created_at = rows.integer(3);
    }
  }
  // Whatever was written past us, by a task say, has no row yet or a row of something else.
  if (object.object_id == 0 || (object.object_type == "DIRECTORY") != directory) {
    object.object_id = new_id();
    object.object_type = directory ? "DIRECTORY" : "FILE";
    object.language.clear();
    object.created_at = object.modified_at;
    transaction.run("insert or replace into workspace_objects values (?, ?, ?, ?, ?)", path, object.object_id,
                    object.object_type, object.language, object.created_at);
    transaction.commit();
  }
  // The times of files are coarser than ours.
  object.created_at = std::min(object.created_at, object.modified_at);
  if (!directory) object.size = static_cast<std::int64_t>(fs::file_size(file));
  return object;
}

std::optional<WorkspaceObject> WorkspaceTree::find(const std::string& path) {
  if (!fs::exists(file_of(path))) return std::nullopt;
  return described(path);
}

WorkspaceObject WorkspaceTree::get(const std::string& path) {
  auto found = find(path);
  if (!found) throw does_not_exist("Path (" + path + ") doesn't exist.");
  return *found;
}

std::optional<WorkspaceObject> WorkspaceTree::find_id(std::int64_t object_id) {
  std::string path;
  {
    Transaction transaction(workspace_.store);
    Rows rows = transaction.query("select path from workspace_objects where object_id = ?", object_id);
    if (!rows.next()) return std::nullopt;
    path = rows.text(0);
  }
  auto found = find(path);
  return found && found->object_id == object_id ? found : std::nullopt;
}

std::vector<WorkspaceObject> WorkspaceTree::list(const std::string& directory) {
  const WorkspaceObject object = get(directory);
  if (object.object_type != "DIRECTORY") return {object};
  std::vector<WorkspaceObject> found;
  for (const auto& entry : fs::directory_iterator(file_of(directory))) {
    const std::string name = entry.path().filename().string();
    // .internal: what runs have checked out from git, as on Databricks.
    if (name == "__pycache__" || name == ".internal" || name.starts_with(".importing-")) continue;
    found.push_back(described((directory == "/" ? "" : directory) + "/" + name));
  }
  std::sort(found.begin(), found.end(), [](const auto& left, const auto& right) { return left.path < right.path; });
  return found;
}

void WorkspaceTree::mkdirs(const std::string& path) {
  for (std::string part = path; part != "/"; part = parent_of(part)) {
    if (fs::exists(file_of(part)) && !fs::is_directory(file_of(part)))
      throw already_exists("The path (" + part + ") is not a directory");
  }
  fs::create_directories(file_of(path));
}

void WorkspaceTree::put(const std::string& path, const std::string& language, const std::string& content,
                        bool overwrite) {
  const std::string type = language.empty() ? "FILE" : "NOTEBOOK";
  if (path == "/" || !fs::is_directory(file_of(parent_of(path))))
    throw does_not_exist("The parent folder (" + parent_of(path) + ") does not exist.");
  const auto existing = find(path);
  if (existing && !overwrite) throw already_exists("Path (" + path + ") already exists.");
  if (existing && existing->object_type != type)
    throw invalid_parameter("Requested node type [" + type + "] is different from the existing node type [" +
                            existing->object_type + "]");
  const std::int64_t created_at = existing ? existing->created_at : now_ms();
  write_whole(file_of(path), parts_, content);
  Transaction transaction(workspace_.store);
  transaction.run("insert or replace into workspace_objects values (?, ?, ?, ?, ?)", path,
                  existing ? existing->object_id : new_id(), type, language, created_at);
  transaction.commit();
}

std::string WorkspaceTree::read(const WorkspaceObject& object) const {
  std::ifstream in(file_of(object.path), std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

void WorkspaceTree::remove(const std::string& path, bool recursive) {
  const WorkspaceObject object = get(path);
  if (path == "/") throw invalid_parameter("The root folder cannot be deleted");
  if (object.object_type == "DIRECTORY" && !recursive && !fs::is_empty(file_of(path)))
    throw ApiError(400, "DIRECTORY_NOT_EMPTY", "Folder (" + path + ") is not empty");
  fs::remove_all(file_of(path));
  Transaction transaction(workspace_.store);
  transaction.run("delete from workspace_objects where path = ? or substr(path, 1, length(?) + 1) = ? || '/'", path,
                  path, path);
  transaction.commit();
}

}  // namespace brickwork::local
