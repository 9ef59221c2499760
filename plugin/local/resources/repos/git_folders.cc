#include "local/resources/repos/git_folders.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/fields.h"
#include "local/resources/repos/git_environment.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists git_folders (
  id integer primary key,
  path text not null unique,
  url text not null,
  provider text not null,
  branch text not null,
  commit_id text not null,
  files text not null,
  sparse_checkout text not null,
  published text,
  target text
);
)";
constexpr const char* kColumns = "id, path, url, provider, branch, commit_id, files, sparse_checkout";
constexpr const char* kWanted = "refs/brickwork/wanted";
constexpr std::size_t kMostNamed = 10;

GitFolder folder_of(const Rows& rows) {
  return {.id = rows.integer(0),
          .path = rows.text(1),
          .url = rows.text(2),
          .provider = rows.text(3),
          .branch = rows.text(4),
          .commit = rows.text(5),
          .files = rows.text(6),
          .sparse_checkout = rows.json(7).as_object()};
}

// https://host of https://host/owner/name.git: what a credential is for.
std::string origin_of(const std::string& url) {
  const std::size_t host = url.find("://");
  return host == std::string::npos || !url.starts_with("http") ? "" : url.substr(0, url.find('/', host + 3));
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> found;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, separator);)
    if (!part.empty()) found.push_back(part);
  return found;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNamed); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMostNamed ? text + " and " + std::to_string(names.size() - kMostNamed) + " more" : text;
}

ApiError conflict(const std::string& message) { return {400, "GIT_CONFLICT", message}; }

ApiError remote_error(const GitError& error) {
  return invalid_parameter(
      std::string("The remote Git repository could not be read. Please check that its URL is valid and that your "
                  "Git credentials may read it: ") +
      error.what());
}

}  // namespace

// One operation at a time on what lies at a path: git's files know no two.
class GitFolders::Busy {
 public:
  Busy(GitFolders& folders, std::string path) : folders_(folders), path_(std::move(path)) {
    const std::lock_guard lock(folders_.mutex_);
    if (!folders_.busy_.insert(path_).second)
      throw ApiError(409, "RESOURCE_CONFLICT", "Another Git operation on " + path_ + " is under way.");
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy() {
    const std::lock_guard lock(folders_.mutex_);
    folders_.busy_.erase(path_);
  }

 private:
  GitFolders& folders_;
  std::string path_;
};

GitFolders::GitFolders(Workspace& workspace, WorkspaceTree& tree, GitCredentials& credentials,
                       std::chrono::seconds longest)
    : workspace_(workspace),
      tree_(tree),
      credentials_(credentials),
      longest_(longest),
      root_(workspace.state_dir / "git_folders") {
  workspace_.store.create(kSchema);
  fs::create_directories(root_);
  forget_unfinished();
}

// What the last server was making when it ended.
void GitFolders::forget_unfinished() {
  std::vector<std::string> paths;
  std::set<std::string> kept;
  {
    Transaction transaction(workspace_.store);
    Rows rows = transaction.query("select path, files, published is null from git_folders");
    while (rows.next())
      if (rows.integer(2) != 0)
        paths.push_back(rows.text(0));
      else
        kept.insert(rows.text(1));
  }
  for (const std::string& path : paths)
    if (tree_.find(path)) tree_.remove(path, true);
  for (const auto& entry : fs::directory_iterator(root_))
    if (!kept.contains(entry.path().filename().string())) fs::remove_all(entry.path());
  Transaction transaction(workspace_.store);
  transaction.run("delete from git_folders where published is null");
  transaction.commit();
}

GitCommand GitFolders::git(const GitFolder& folder, const Caller& caller) const {
  std::map<std::string, std::string> config;
  const std::string origin = origin_of(folder.url);
  const auto credential = origin.empty() ? std::nullopt : credentials_.for_provider(caller, folder.provider);
  if (credential) {
    const std::string user = text_field(credential->shown, "git_username").value_or("x-access-token");
    config["http." + origin + "/.extraHeader"] =
        "Authorization: Basic " + base64_encode((user.empty() ? "x-access-token" : user) + ":" + credential->token);
  }
  return {place_of(folder) / "git", place_of(folder) / "tree", longest_, config};
}

void GitFolders::begin_repository(const GitFolder& folder, const Caller& caller) const {
  fs::create_directories(place_of(folder) / "tree");
  git(folder, caller).run({"init", "--quiet", "--template="});
  std::ofstream out(place_of(folder) / "git" / "config", std::ios::app);
  out << git_remote_section(folder.url);
  if (!out.flush()) throw std::runtime_error("cannot write the config of a Git folder");
}

// "ref: refs/heads/main\tHEAD"; nothing for a repository without a commit.
std::string GitFolders::default_branch(const GitCommand& git) const {
  const std::string prefix = "ref: refs/heads/";
  for (const std::string& line : split(git.run({"ls-remote", "--symref", "origin", "HEAD"}), '\n'))
    if (line.starts_with(prefix)) return line.substr(prefix.size(), line.find('\t') - prefix.size());
  return "";
}

PublishedTree::Entries GitFolders::check_out(const GitFolder& folder, const GitCommand& git,
                                             const std::string& reference, std::string& commit) const {
  for (const char* left : {"index.lock", "shallow.lock"}) fs::remove(place_of(folder) / "git" / left);
  git.run({"fetch", "--quiet", "--depth=1", "--no-tags", "origin", "+" + reference + ":" + kWanted});
  commit = split(git.run({"rev-parse", "--verify", std::string(kWanted) + "^{commit}"}), '\n').front();
  git.run({"-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", "--detach", commit});
  const std::string files = git.run({"ls-tree", "-r", "-z", "--name-only", "--full-tree", commit});
  return PublishedTree::entries(place_of(folder) / "tree", split(files, '\0'));
}

GitFolder GitFolders::create(const Caller& caller, GitFolder wanted) {
  const Busy busy(*this, wanted.path);
  if (tree_.find(wanted.path)) throw already_exists("Path (" + wanted.path + ") already exists.");
  wanted.files = std::to_string(new_id());
  try {
    PublishedTree::Entries entries;
    begin_repository(wanted, caller);
    const GitCommand command = git(wanted, caller);
    wanted.branch = default_branch(command);
    if (!wanted.branch.empty()) entries = check_out(wanted, command, "refs/heads/" + wanted.branch, wanted.commit);
    if (wanted.branch.empty()) wanted.branch = "main";
    tree_.mkdirs(wanted.path);
    wanted.id = tree_.get(wanted.path).object_id;
    {
      Transaction transaction(workspace_.store);
      transaction.run("delete from git_folders where path = ?", wanted.path);  // whose directory somebody deleted
      transaction.run("insert into git_folders values (?, ?, ?, ?, ?, ?, ?, ?, null, null)", wanted.id, wanted.path,
                      wanted.url, wanted.provider, wanted.branch, wanted.commit, wanted.files,
                      json::value(wanted.sparse_checkout));
      transaction.commit();
    }
    PublishedTree(tree_, wanted.path).publish(entries, {});
    store(wanted, digests_of(entries));
    return wanted;
  } catch (const GitError& error) {
    discard(wanted);
    throw remote_error(error);
  } catch (...) {
    discard(wanted);
    throw;
  }
}

void GitFolders::discard(const GitFolder& folder) {
  std::error_code ignored;
  fs::remove_all(place_of(folder), ignored);
  if (folder.id == 0) return;
  if (tree_.find(folder.path)) tree_.remove(folder.path, true);
  Transaction transaction(workspace_.store);
  transaction.run("delete from git_folders where id = ?", folder.id);
  transaction.commit();
}

GitFolder GitFolders::update(const Caller& caller, GitFolder folder, const std::string& branch,
                             const std::string& tag) {
  const Busy busy(*this, folder.path);
  const Published before = published(folder.id);
  const PublishedTree shown(tree_, folder.path);
  if (const auto changed = shown.changed(before.now, before.target); !changed.empty())
    throw conflict("There are uncommitted changes in " + folder.path + ": " + listed(changed) +
                   ". Please commit or discard them first.");
  const GitCommand command = git(folder, caller);
  const std::string reference = branch.empty() ? "refs/tags/" + tag : "refs/heads/" + branch;
  PublishedTree::Entries entries;
  try {
    if (command.run({"ls-remote", "origin", reference}).empty())
      throw does_not_exist((branch.empty() ? "The tag '" + tag : "The branch '" + branch) +
                           "' does not exist in the remote repository.");
    entries = check_out(folder, command, reference, folder.commit);
  } catch (const GitError& error) {
    throw remote_error(error);
  }
  if (const auto found = shown.in_the_way(entries, before.now, before.target); !found.empty())
    throw conflict("Files in " + folder.path + " that Git does not know would be overwritten: " + listed(found) +
                   ". Please move or remove them first.");
  folder.branch = branch;
  store_target(folder.id, digests_of(entries));
  PublishedTree::Digests all = before.now;
  all.insert(before.target.begin(), before.target.end());
  shown.publish(entries, all);
  store(folder, digests_of(entries));
  return folder;
}

void GitFolders::set_sparse_checkout(const GitFolder& folder, const json::object& sparse_checkout) {
  Transaction transaction(workspace_.store);
  transaction.run("update git_folders set sparse_checkout = ? where id = ?", json::value(sparse_checkout), folder.id);
  transaction.commit();
}

void GitFolders::remove(const GitFolder& folder) {
  const Busy busy(*this, folder.path);
  discard(folder);
}

GitFolders::Published GitFolders::published(std::int64_t id) {
  Transaction transaction(workspace_.store);
  Rows rows = transaction.query("select published, target from git_folders where id = ?", id);
  Published found;
  if (!rows.next()) return found;
  if (const json::value now = rows.json(0); now.is_object()) found.now = digests_in(now.get_object());
  if (const json::value target = rows.json(1); target.is_object()) found.target = digests_in(target.get_object());
  return found;
}

void GitFolders::store_target(std::int64_t id, const PublishedTree::Digests& target) {
  Transaction transaction(workspace_.store);
  transaction.run("update git_folders set target = ? where id = ?", json::value(document_of(target)), id);
  transaction.commit();
}

void GitFolders::store(const GitFolder& folder, const PublishedTree::Digests& published) {
  Transaction transaction(workspace_.store);
  transaction.run("update git_folders set branch = ?, commit_id = ?, published = ?, target = null where id = ?",
                  folder.branch, folder.commit, json::value(document_of(published)), folder.id);
  transaction.commit();
}

std::optional<GitFolder> GitFolders::find(std::int64_t id) {
  std::optional<GitFolder> found;
  {
    Transaction transaction(workspace_.store);
    Rows rows = transaction.query("select " + std::string(kColumns) + " from git_folders where id = ?", id);
    if (rows.next()) found = folder_of(rows);
  }
  // Somebody may have deleted its directory as any other.
  return found && tree_.find(found->path) ? found : std::nullopt;
}

bool GitFolders::has(const std::string& path) {
  Transaction transaction(workspace_.store);
  return transaction.query("select 1 from git_folders where path = ?", path).next();
}

std::vector<GitFolder> GitFolders::below(const std::string& prefix) {
  std::vector<GitFolder> found;
  {
    Transaction transaction(workspace_.store);
    Rows rows = transaction.query("select " + std::string(kColumns) +
                                  " from git_folders where published is not null order by path");
    while (rows.next()) found.push_back(folder_of(rows));
  }
  std::erase_if(found,
                [&](const GitFolder& folder) { return !folder.path.starts_with(prefix) || !tree_.find(folder.path); });
  return found;
}

}  // namespace brickwork::local
