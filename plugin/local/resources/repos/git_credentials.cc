#include "local/resources/repos/git_credentials.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <charconv>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists git_credentials (
  credential_id integer primary key,
  user_id integer not null references principals on delete cascade,
  provider text not null,
  shown text not null,
  token text not null
);
)";

constexpr const char* kProviders[] = {
    "gitHub",          "bitbucketCloud",          "gitLab",        "azureDevOpsServices", "gitHubEnterprise",
    "bitbucketServer", "gitLabEnterpriseEdition", "awsCodeCommit", "gitHubOAuth",         "azureDevOpsServicesAad"};
constexpr const char* kTexts[] = {"git_username", "git_email", "name"};

std::string place_of(std::int64_t id) { return "git_credentials/" + std::to_string(id); }

json::object described(const GitCredential& credential) {
  json::object body = credential.shown;
  body["credential_id"] = credential.credential_id;
  body["git_provider"] = credential.provider;
  return body;
}

std::string name_of(const GitCredential& credential) { return text_field(credential.shown, "name").value_or(""); }

void read(GitCredential& credential, const json::object& arguments) {
  if (const auto provider = text_field(arguments, "git_provider")) credential.provider = git_provider_named(*provider);
  for (const char* name : kTexts)
    if (const auto text = text_field(arguments, name)) credential.shown[name] = *text;
  if (const auto is_default = flag_field(arguments, "is_default_for_provider"))
    credential.shown["is_default_for_provider"] = *is_default;
  credential.token = text_field(arguments, "personal_access_token").value_or(credential.token);
}

void check_unique(GitCredentials& credentials, const Caller& caller, const GitCredential& wanted) {
  for (const GitCredential& other : credentials.of(caller))
    if (other.credential_id != wanted.credential_id && other.provider == wanted.provider &&
        name_of(other) == name_of(wanted))
      throw already_exists("There is a Git credential for " + wanted.provider +
                           " already: change it with PATCH, or give this one a name of its own.");
}

GitCredential named(GitCredentials& credentials, const Request& request) {
  const std::string& text = request.captures.at("id");
  std::int64_t id = 0;
  const bool is_number = std::from_chars(text.data(), text.data() + text.size(), id).ptr == text.data() + text.size();
  auto found = is_number ? credentials.find(request.caller, id) : std::nullopt;
  if (!found) throw does_not_exist("Git credential with ID " + text + " could not be found.");
  return std::move(*found);
}

Response create(GitCredentials& credentials, const Request& request) {
  required_text(request.arguments(), "git_provider");
  GitCredential credential{.credential_id = new_id(), .user_id = request.caller.user_id};
  read(credential, request.arguments());
  check_unique(credentials, request.caller, credential);
  credentials.put(credential);
  return json_response(described(credential));
}

Response update(GitCredentials& credentials, const Request& request) {
  GitCredential credential = named(credentials, request);
  read(credential, request.arguments());
  check_unique(credentials, request.caller, credential);
  credentials.put(credential);
  return {};
}

Response remove(GitCredentials& credentials, const Request& request) {
  credentials.remove(named(credentials, request).credential_id);
  return {};
}

Response get(GitCredentials& credentials, const Request& request) {
  return json_response(described(named(credentials, request)));
}

Response list(GitCredentials& credentials, const Request& request) {
  json::array shown;
  for (const GitCredential& credential : credentials.of(request.caller)) shown.push_back(described(credential));
  return shown.empty() ? Response{} : json_response({{"credentials", std::move(shown)}});
}

}  // namespace

std::string git_provider_named(const std::string& name) {
  for (const char* provider : kProviders)
    if (lower_case(name) == lower_case(provider)) return provider;
  throw invalid_parameter("The Git provider '" + name.substr(0, 100) +
                          "' is none of gitHub, bitbucketCloud, gitLab, azureDevOpsServices, gitHubEnterprise, "
                          "bitbucketServer, gitLabEnterpriseEdition and awsCodeCommit.");
}

GitCredentials::GitCredentials(Workspace& workspace)
    : store_(workspace.store), cipher_(workspace.state_dir / "secrets.key") {
  store_.create(kSchema);
}

std::vector<GitCredential> GitCredentials::of(const Caller& caller) {
  std::vector<GitCredential> found;
  Transaction transaction(store_);
  Rows rows = transaction.query(
      "select credential_id, provider, shown, token from git_credentials where user_id = ? order by credential_id",
      caller.user_id);
  while (rows.next()) {
    GitCredential credential{.credential_id = rows.integer(0),
                             .user_id = caller.user_id,
                             .provider = rows.text(1),
                             .shown = rows.json(2).as_object()};
    credential.token = cipher_.open(rows.text(3), place_of(credential.credential_id));
    found.push_back(std::move(credential));
  }
  return found;
}

std::optional<GitCredential> GitCredentials::find(const Caller& caller, std::int64_t id) {
  for (GitCredential& credential : of(caller))
    if (credential.credential_id == id) return std::move(credential);
  return std::nullopt;
}

void GitCredentials::put(const GitCredential& credential) {
  const std::string sealed = cipher_.seal(credential.token, place_of(credential.credential_id));
  Transaction transaction(store_);
  transaction.run("insert or replace into git_credentials values (?, ?, ?, ?, ?)", credential.credential_id,
                  credential.user_id, credential.provider, json::value(credential.shown), sealed);
  transaction.commit();
}

void GitCredentials::remove(std::int64_t id) {
  Transaction transaction(store_);
  transaction.run("delete from git_credentials where credential_id = ?", id);
  transaction.commit();
}

std::optional<GitCredential> GitCredentials::for_provider(const Caller& caller, const std::string& provider) {
  std::optional<GitCredential> best;
  for (GitCredential& credential : of(caller)) {
    if (credential.provider != provider || credential.token.empty()) continue;
    const bool is_default = flag_field(credential.shown, "is_default_for_provider").value_or(false);
    if (!best || is_default) best = std::move(credential);
  }
  return best;
}

void add_git_credentials(Router& router, GitCredentials& credentials) {
  const auto add = [&](const char* method, const char* rest, Response (*step)(GitCredentials&, const Request&)) {
    router.add(method, std::string("/api/2.0/git-credentials") + rest,
               [&credentials, step](const Request& request) { return step(credentials, request); });
  };
  add("POST", "", create);
  add("GET", "", list);
  add("GET", "/{id}", get);
  add("PATCH", "/{id}", update);
  add("DELETE", "/{id}", remove);
}

}  // namespace brickwork::local
