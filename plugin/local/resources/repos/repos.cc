#include "local/resources/repos/repos.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>
#include <memory>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"
#include "local/resources/workspace_access.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kPage = 20;

struct Service {
  GitFolders& folders;
  WorkspaceTree& tree;
  WorkspaceAccess access;
};

json::object described(const GitFolder& folder) {
  json::object body{{"id", folder.id}, {"path", folder.path}, {"url", folder.url}, {"provider", folder.provider}};
  if (!folder.branch.empty()) body["branch"] = folder.branch;
  if (!folder.commit.empty()) body["head_commit_id"] = folder.commit;
  if (!folder.sparse_checkout.empty()) body["sparse_checkout"] = folder.sparse_checkout;
  return body;
}

std::string checked_url(const std::string& url) {
  const bool is_plain = std::ranges::all_of(url, [](unsigned char letter) { return letter > ' ' && letter != 127; });
  const std::size_t scheme = url.find("://");
  const std::string kind = scheme == std::string::npos ? "" : url.substr(0, scheme);
  const bool is_known = kind == "https" || kind == "http" || kind == "file" || kind == "ssh" || url.starts_with('/');
  if (!is_plain || !is_known || url.size() > 2000)
    throw invalid_parameter(
        "'" + url.substr(0, 200) +
        "' is no URL of a Git repository: https, http, ssh, file or the path of one on this machine.");
  const std::size_t at = scheme == std::string::npos ? std::string::npos : url.rfind('@', url.find('/', scheme + 3));
  if (kind.starts_with("http") && at != std::string::npos && at > scheme)
    throw invalid_parameter("The URL of a Git repository must not hold a login: add it at /api/2.0/git-credentials.");
  return url;
}

// The last word of the URL, without .git.
std::string name_in(const std::string& url) {
  std::string name = url;
  while (name.ends_with('/')) name.pop_back();
  name = name.substr(name.rfind('/') + 1);
  if (name.ends_with(".git")) name.resize(name.size() - 4);
  return name;
}

json::object sparse_checkout_in(const json::object& arguments) {
  const json::object* given = object_field(arguments, "sparse_checkout");
  if (given == nullptr) return {};
  array_field(*given, "patterns");
  return *given;
}

void check_place(Service& service, const std::string& path) {
  if (path == "/" || (path.starts_with("/Repos") && std::ranges::count(path, '/') != 3))
    throw invalid_parameter("A Git folder below /Repos has a path of the form /Repos/{folder}/{repo}, unlike " + path +
                            ".");
  for (std::string above = parent_of(path); above != "/"; above = parent_of(above))
    if (service.folders.has(above)) throw invalid_parameter(above + " is a Git folder, and one cannot lie in another.");
}

Response create(Service& service, const Request& request) {
  const json::object& arguments = request.arguments();
  GitFolder wanted{.url = checked_url(required_text(arguments, "url")),
                   .provider = git_provider_named(required_text(arguments, "provider")),
                   .sparse_checkout = sparse_checkout_in(arguments)};
  const std::string home = "/Repos/" + request.caller.user_name;
  wanted.path = WorkspaceTree::normal(text_field(arguments, "path").value_or(home + "/" + name_in(wanted.url)));
  check_place(service, wanted.path);
  if (parent_of(wanted.path) == home) service.tree.mkdirs(home);
  service.access.require_manage(request.caller, parent_of(wanted.path));
  if (!service.tree.find(parent_of(wanted.path)))
    throw does_not_exist("The parent folder (" + parent_of(wanted.path) + ") does not exist.");
  return json_response(described(service.folders.create(request.caller, std::move(wanted))));
}

// Who may not read a folder does not learn whether it is there.
GitFolder named(Service& service, const Request& request) {
  const std::string& text = request.captures.at("id");
  std::int64_t id = 0;
  const bool is_number = std::from_chars(text.data(), text.data() + text.size(), id).ptr == text.data() + text.size();
  auto folder = is_number ? service.folders.find(id) : std::nullopt;
  if (!folder) throw does_not_exist("Repo with ID " + text.substr(0, 100) + " does not exist.");
  service.access.require_read(request.caller, folder->path);
  return std::move(*folder);
}

Response update(Service& service, const Request& request) {
  const GitFolder folder = named(service, request);
  service.access.require_edit(request.caller, folder.path);
  const std::string branch = text_field(request.arguments(), "branch").value_or("");
  const std::string tag = text_field(request.arguments(), "tag").value_or("");
  const json::object sparse_checkout = sparse_checkout_in(request.arguments());
  if (!branch.empty() && !tag.empty()) throw invalid_parameter("Only one of branch and tag can be given.");
  if (branch.empty() && tag.empty() && sparse_checkout.empty())
    throw invalid_parameter("One of branch and tag is needed.");
  for (const std::string& name : {branch, tag})
    if (name.starts_with('-') || name.find_first_of(" :~^?*[\\\n") != std::string::npos || name.size() > 250)
      throw invalid_parameter("'" + name.substr(0, 250) + "' is no name of a branch or a tag.");
  if (!branch.empty() || !tag.empty()) service.folders.update(request.caller, folder, branch, tag);
  if (!sparse_checkout.empty()) service.folders.set_sparse_checkout(folder, sparse_checkout);
  return {};
}

Response remove(Service& service, const Request& request) {
  const GitFolder folder = named(service, request);
  service.access.require_manage(request.caller, folder.path);
  service.folders.remove(folder);
  return {};
}

Response get(Service& service, const Request& request) { return json_response(described(named(service, request))); }

// Without a prefix, or with that of everything, those below /Repos, as Databricks does it.
std::string prefix_in(const Request& request) {
  std::string prefix = text_field(request.arguments(), "path_prefix").value_or("");
  if (prefix.starts_with("/Workspace")) prefix.erase(0, 10);
  return prefix.empty() || prefix == "/" ? "/Repos/" : prefix;
}

Response list(Service& service, const Request& request) {
  const std::string prefix = prefix_in(request);
  const std::string query = "repos " + prefix;
  std::vector<GitFolder> found = service.folders.below(prefix);
  std::erase_if(found, [&](const GitFolder& folder) {
    return !service.access.may_read(request.caller, service.tree.get(folder.path));
  });
  const auto total = static_cast<std::int64_t>(found.size());
  const std::int64_t from = page_offset(text_field(request.arguments(), "next_page_token").value_or(""), query);
  json::array page;
  for (std::int64_t i = from; i < std::min(total, from + kPage); ++i)
    page.push_back(described(found[static_cast<std::size_t>(i)]));
  json::object body;
  if (!page.empty()) body["repos"] = std::move(page);
  if (from + kPage < total) body["next_page_token"] = page_token({from + kPage}, query);
  return json_response(body);
}

}  // namespace

void add_repos(Router& router, GitFolders& folders, WorkspaceTree& tree, PermissionStore& permissions) {
  const auto service = std::make_shared<Service>(Service{folders, tree, {tree, permissions}});
  const auto add = [&](const char* method, const char* rest, Response (*step)(Service&, const Request&)) {
    router.add(method, std::string("/api/2.0/repos") + rest,
               [service, step](const Request& request) { return step(*service, request); });
  };
  add("POST", "", create);
  add("GET", "", list);
  add("GET", "/{id}", get);
  add("PATCH", "/{id}", update);
  add("DELETE", "/{id}", remove);
}

}  // namespace brickwork::local
