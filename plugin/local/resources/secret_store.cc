#include "local/resources/secret_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <regex>
#include <tuple>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

constexpr const char* kSchema = R"(
create table if not exists secret_scopes (
  scope text primary key
) without rowid;
create table if not exists sealed_secrets (
  scope text not null,
  key text not null,
  value blob not null,
  updated_at integer not null,
  primary key (scope, key)
) without rowid;
create table if not exists secret_acls (
  scope text not null,
  principal text not null collate nocase,
  permission integer not null,
  primary key (scope, principal)
) without rowid;
)";

constexpr std::size_t kNameLimit = 128;
constexpr std::size_t kValueLimit = 131'072;
constexpr std::int64_t kSecretsPerScope = 1000;
constexpr std::int64_t kScopes = 1000;

// SQLite gives its -wal and -shm files the mode of the database, so making it 0600 first is enough.
std::filesystem::path private_file(const std::filesystem::path& file) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot write " + file.string());
  fchmod(fd, 0600);
  close(fd);
  return file;
}

void check_name(const std::string& what, const std::string& name) {
  const bool fits = !name.empty() && name.size() <= kNameLimit && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("-_.@").find(c) != std::string::npos;
  });
  if (!fits)
    throw invalid_parameter(what +
                            " must consist of alphanumeric characters, dashes, underscores, @ and periods, and "
                            "may not exceed 128 characters.");
}

std::string place_of(const std::string& scope, const std::string& key) { return scope + '/' + key; }

bool same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  });
}

std::int64_t number_of(SecretPermission permission) { return static_cast<std::int64_t>(permission); }

ApiError no_scope(const std::string& scope) { return does_not_exist("Scope " + scope + " does not exist!"); }

}  // namespace

SecretStore::SecretStore(Workspace& workspace)
    : store_(private_file(workspace.state_dir / "secrets.sqlite")), cipher_(workspace.state_dir / "secrets.key") {
  store_.create(kSchema);
  encrypt_old_values();
}

// Earlier versions kept values as they were given.
void SecretStore::encrypt_old_values() {
  {
    Transaction transaction(store_);
    if (!transaction.query("select 1 from sqlite_master where name = 'secrets'").next()) return;
    std::vector<std::tuple<std::string, std::string, std::string, std::int64_t>> old;
    {
      Rows rows = transaction.query("select scope, key, value, updated_at from secrets");
      while (rows.next()) old.emplace_back(rows.text(0), rows.text(1), rows.text(2), rows.integer(3));
    }
    for (const auto& [scope, key, value, updated_at] : old) {
      const std::string sealed = cipher_.seal(value, place_of(scope, key));
      transaction.run("insert or ignore into sealed_secrets values (?, ?, ?, ?)", scope, key,
                      std::as_bytes(std::span(sealed)), updated_at);
    }
    transaction.run("drop table secrets");
    transaction.commit();
  }
  store_.create("vacuum; pragma wal_checkpoint(truncate)");  // what was dropped is still in free pages
}

void SecretStore::require_scope(Transaction& transaction, const std::string& scope) {
  if (!transaction.query("select 1 from secret_scopes where scope = ?", scope).next()) throw no_scope(scope);
}

void SecretStore::create_scope(const std::string& scope, const std::string& manager) {
  check_name("Scope name", scope);
  Transaction transaction(store_);
  {
    Rows rows = transaction.query("select count(*) from secret_scopes");
    if (rows.next() && rows.integer(0) >= kScopes)
      throw ApiError(400, "RESOURCE_LIMIT_EXCEEDED", "A workspace may have at most 1000 secret scopes");
  }
  if (transaction.run("insert or ignore into secret_scopes values (?)", scope) == 0)
    throw already_exists("Scope " + scope + " already exists!");
  transaction.run("insert into secret_acls values (?, ?, ?)", scope, manager, number_of(SecretPermission::kManage));
  transaction.commit();
}

void SecretStore::delete_scope(const std::string& scope) {
  Transaction transaction(store_);
  if (transaction.run("delete from secret_scopes where scope = ?", scope) == 0) throw no_scope(scope);
  transaction.run("delete from sealed_secrets where scope = ?", scope);
  transaction.run("delete from secret_acls where scope = ?", scope);
  transaction.commit();
}

std::vector<std::string> SecretStore::scopes() {
  Transaction transaction(store_);
  std::vector<std::string> found;
  Rows rows = transaction.query("select scope from secret_scopes order by scope");
  while (rows.next()) found.push_back(rows.text(0));
  return found;
}

void SecretStore::put(const std::string& scope, const std::string& key, const std::string& value) {
  check_name("Secret key", key);
  if (value.size() > kValueLimit)
    throw ApiError(400, "RESOURCE_LIMIT_EXCEEDED", "The maximum size of a secret value is 128 KB");
  const std::string sealed = cipher_.seal(value, place_of(scope, key));
  Transaction transaction(store_);
  require_scope(transaction, scope);
  {
    Rows rows = transaction.query("select count(*) from sealed_secrets where scope = ? and key <> ?", scope, key);
    if (rows.next() && rows.integer(0) >= kSecretsPerScope)
      throw ApiError(400, "RESOURCE_LIMIT_EXCEEDED", "A scope may have at most 1000 secrets");
  }
  transaction.run("insert or replace into sealed_secrets values (?, ?, ?, ?)", scope, key,
                  std::as_bytes(std::span(sealed)), now_ms());
  transaction.commit();
}

void SecretStore::remove(const std::string& scope, const std::string& key) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  if (transaction.run("delete from sealed_secrets where scope = ? and key = ?", scope, key) == 0)
    throw does_not_exist("Secret does not exist with scope: " + scope + " and key: " + key);
  transaction.commit();
}

std::string SecretStore::value(const std::string& scope, const std::string& key) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  Rows rows = transaction.query("select value from sealed_secrets where scope = ? and key = ?", scope, key);
  if (!rows.next()) throw does_not_exist("Secret does not exist with scope: " + scope + " and key: " + key);
  return cipher_.open(rows.text(0), place_of(scope, key));
}

std::vector<SecretMetadata> SecretStore::list(const std::string& scope) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  std::vector<SecretMetadata> found;
  Rows rows = transaction.query("select key, updated_at from sealed_secrets where scope = ? order by key", scope);
  while (rows.next()) found.push_back({rows.text(0), rows.integer(1)});
  return found;
}

std::vector<std::string> SecretStore::keys(const std::string& scope) {
  std::vector<std::string> found;
  for (SecretMetadata& secret : list(scope)) found.push_back(std::move(secret.key));
  return found;
}

void SecretStore::put_acl(const std::string& scope, const SecretAcl& acl) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  transaction.run("insert or replace into secret_acls values (?, ?, ?)", scope, acl.principal,
                  number_of(acl.permission));
  transaction.commit();
}

void SecretStore::remove_acl(const std::string& scope, const std::string& principal) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  if (transaction.run("delete from secret_acls where scope = ? and principal = ?", scope, principal) == 0)
    throw does_not_exist("No permission of " + principal + " on scope " + scope + " exists");
  transaction.commit();
}

std::vector<SecretAcl> SecretStore::acls(const std::string& scope) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  std::vector<SecretAcl> found;
  Rows rows =
      transaction.query("select principal, permission from secret_acls where scope = ? order by principal", scope);
  while (rows.next()) found.push_back({rows.text(0), static_cast<SecretPermission>(rows.integer(1))});
  return found;
}

SecretPermission SecretStore::permission(const Caller& caller, const std::string& scope) {
  SecretPermission best = SecretPermission::kNone;
  for (const SecretAcl& acl : acls(scope))
    if (same_name(acl.principal, caller.user_name) || caller.in_group(acl.principal))
      best = std::max(best, acl.permission);
  return caller.is_admin() ? SecretPermission::kManage : best;
}

void SecretStore::require(const Caller& caller, const std::string& scope, SecretPermission needed) {
  if (permission(caller, scope) >= needed) return;
  constexpr const char* kWords[] = {"any", "READ", "WRITE", "MANAGE"};
  throw ApiError(403, "PERMISSION_DENIED",
                 "User " + caller.user_name + " does not have " + kWords[static_cast<int>(needed)] +
                     " permission on scope " + scope);
}

void SecretStore::require_named_in(const boost::json::object& cluster, const Caller& caller) {
  static const std::regex reference(R"x(\{\{secrets/([^/}]+)/[^}]+\}\})x");
  for (const char* member : {"spark_conf", "spark_env_vars"}) {
    const boost::json::object* values = object_field(cluster, member);
    if (values == nullptr) continue;
    for (const auto& entry : *values) {
      if (!entry.value().is_string()) continue;
      const std::string text(entry.value().get_string());
      for (std::sregex_iterator match(text.begin(), text.end(), reference), last; match != last; ++match)
        require(caller, (*match)[1], SecretPermission::kRead);
    }
  }
}

}  // namespace brickwork::local
