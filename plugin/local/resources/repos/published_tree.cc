#include "local/resources/repos/published_tree.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "local/api_error.h"
#include "local/random_token.h"
#include "local/resources/notebook_format.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

// What the workspace is given of a file.
std::string published_content(const PublishedTree::Entry& entry, std::string& language) {
  const std::string content = content_of(entry.file);
  return entry.is_ipynb ? source_of_ipynb(content, language) : content;
}

std::string without_extension(const std::string& path) { return path.substr(0, path.rfind('.')); }

// A notebook has its extension no more; everything else keeps its name.
std::string read_kind(const std::string& path, PublishedTree::Entry& entry) {
  if (path.ends_with(".ipynb")) {
    entry.is_ipynb = true;
    try {
      entry.digest = hexadecimal(sha256(published_content(entry, entry.language)));
      return without_extension(path);
    } catch (const ApiError&) {  // a file that is only called so
      entry.is_ipynb = false;
      entry.language.clear();
    }
  }
  const std::string content = content_of(entry.file);
  entry.digest = hexadecimal(sha256(content));
  std::string language = notebook_language(content);
  if (language.empty() || language != language_of_extension(path)) return path;
  entry.language = std::move(language);
  return without_extension(path);
}

// Every folder that a file needs.
std::set<std::string> folders_of(const std::vector<std::string>& files) {
  std::set<std::string> folders;
  for (const std::string& path : files)
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      folders.insert(path.substr(0, slash));
  return folders;
}

}  // namespace

PublishedTree::Entries PublishedTree::entries(const fs::path& work_tree, const std::vector<std::string>& files) {
  const std::set<std::string> folders = folders_of(files);
  const std::set<std::string> names(files.begin(), files.end());
  Entries found;
  for (const std::string& path : files) {
    Entry entry{.file = work_tree / path};
    if (!fs::is_regular_file(fs::symlink_status(entry.file))) continue;
    std::string name = read_kind(path, entry);
    // A notebook whose name is taken stays the file that it is.
    if (name != path && (folders.contains(name) || names.contains(name) || found.contains(name))) {
      name = path;
      entry.language.clear();
      entry.is_ipynb = false;
      entry.digest = hexadecimal(sha256(content_of(entry.file)));
    }
    found.emplace(std::move(name), std::move(entry));
  }
  return found;
}

std::string PublishedTree::digest_of(const std::string& path) const {
  const fs::path file = tree_.file_of(folder_ + "/" + path);
  if (!fs::is_regular_file(fs::symlink_status(file))) return "";
  return hexadecimal(sha256(content_of(file)));
}

std::vector<std::string> PublishedTree::changed(const Digests& published, const Digests& target) const {
  std::vector<std::string> found;
  for (const auto& [path, digest] : published) {
    const std::string present = digest_of(path);
    const auto wanted = target.find(path);
    const bool was_on_its_way =
        !target.empty() && (wanted == target.end() ? present.empty() : present == wanted->second);
    if (present != digest && !was_on_its_way) found.push_back(path);
  }
  return found;
}

std::vector<std::string> PublishedTree::in_the_way(const Entries& entries, const Digests& published,
                                                   const Digests& target) const {
  std::vector<std::string> found;
  for (const auto& [path, entry] : entries) {
    if (published.contains(path) || !fs::exists(fs::symlink_status(tree_.file_of(folder_ + "/" + path)))) continue;
    const std::string present = digest_of(path);
    const auto wanted = target.find(path);
    if (present != entry.digest && (wanted == target.end() || present != wanted->second)) found.push_back(path);
  }
  return found;
}

void PublishedTree::remove_with_empty_folders(const std::string& path) const {
  const std::string whole = folder_ + "/" + path;
  if (tree_.find(whole)) tree_.remove(whole, false);
  for (std::string above = parent_of(whole); above != folder_; above = parent_of(above)) {
    if (!fs::is_directory(tree_.file_of(above)) || !fs::is_empty(tree_.file_of(above))) return;
    tree_.remove(above, false);
  }
}

void PublishedTree::publish(const Entries& entries, const Digests& published) const {
  for (const auto& [path, digest] : published)
    if (!entries.contains(path)) remove_with_empty_folders(path);
  for (const auto& [path, entry] : entries) {
    const std::string whole = folder_ + "/" + path;
    const auto present = tree_.find(whole);
    const bool same_kind = present && (present->object_type == "NOTEBOOK") == !entry.language.empty();
    if (same_kind && digest_of(path) == entry.digest) continue;
    if (present && !same_kind) tree_.remove(whole, false);
    tree_.mkdirs(parent_of(whole));
    std::string language = entry.language;
    const std::string content = published_content(entry, language);
    tree_.put(whole, language, content, true);
  }
}

json::object document_of(const PublishedTree::Digests& digests) {
  json::object document;
  for (const auto& [path, digest] : digests) document[path] = digest;
  return document;
}

PublishedTree::Digests digests_of(const PublishedTree::Entries& entries) {
  PublishedTree::Digests digests;
  for (const auto& [path, entry] : entries) digests[path] = entry.digest;
  return digests;
}

PublishedTree::Digests digests_in(const json::object& document) {
  PublishedTree::Digests digests;
  for (const auto& [path, digest] : document) digests[path] = digest.as_string();
  return digests;
}

}  // namespace brickwork::local
