#include "local/resources/secret_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "local/api_error.h"

namespace brickwork::local {
namespace {

constexpr const char* kSchema = R"(
create table if not exists secret_scopes (
  scope text primary key
) without rowid;
create table if not exists secrets (
  scope text not null,
  key text not null,
  value blob not null,
  updated_at integer not null,
  primary key (scope, key)
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

ApiError no_scope(const std::string& scope) { return does_not_exist("Scope " + scope + " does not exist!"); }

}  // namespace

SecretStore::SecretStore(Workspace& workspace) : store_(private_file(workspace.state_dir / "secrets.sqlite")) {
  store_.create(kSchema);
}

void SecretStore::require_scope(Transaction& transaction, const std::string& scope) {
  if (!transaction.query("select 1 from secret_scopes where scope = ?", scope).next()) throw no_scope(scope);
}

void SecretStore::create_scope(const std::string& scope) {
  check_name("Scope name", scope);
  Transaction transaction(store_);
  {
    Rows rows = transaction.query("select count(*) from secret_scopes");
    if (rows.next() && rows.integer(0) >= kScopes)
      throw ApiError(400, "RESOURCE_LIMIT_EXCEEDED", "A workspace may have at most 1000 secret scopes");
  }
  if (transaction.run("insert or ignore into secret_scopes values (?)", scope) == 0)
    throw already_exists("Scope " + scope + " already exists!");
  transaction.commit();
}

void SecretStore::delete_scope(const std::string& scope) {
  Transaction transaction(store_);
  if (transaction.run("delete from secret_scopes where scope = ?", scope) == 0) throw no_scope(scope);
  transaction.run("delete from secrets where scope = ?", scope);
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
  Transaction transaction(store_);
  require_scope(transaction, scope);
  {
    Rows rows = transaction.query("select count(*) from secrets where scope = ? and key <> ?", scope, key);
    if (rows.next() && rows.integer(0) >= kSecretsPerScope)
      throw ApiError(400, "RESOURCE_LIMIT_EXCEEDED", "A scope may have at most 1000 secrets");
  }
  transaction.run("insert or replace into secrets values (?, ?, ?, ?)", scope, key,
                  std::as_bytes(std::span(value.data(), value.size())), now_ms());
  transaction.commit();
}

void SecretStore::remove(const std::string& scope, const std::string& key) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  if (transaction.run("delete from secrets where scope = ? and key = ?", scope, key) == 0)
    throw does_not_exist("Secret does not exist with scope: " + scope + " and key: " + key);
  transaction.commit();
}

std::string SecretStore::value(const std::string& scope, const std::string& key) {
  Transaction transaction(store_);
  Rows rows = transaction.query("select value from secrets where scope = ? and key = ?", scope, key);
  if (!rows.next()) throw does_not_exist("Secret does not exist with scope: " + scope + " and key: " + key);
  return rows.text(0);
}

std::vector<SecretMetadata> SecretStore::list(const std::string& scope) {
  Transaction transaction(store_);
  require_scope(transaction, scope);
  std::vector<SecretMetadata> found;
  Rows rows = transaction.query("select key, updated_at from secrets where scope = ? order by key", scope);
  while (rows.next()) found.push_back({rows.text(0), rows.integer(1)});
  return found;
}

std::vector<std::string> SecretStore::keys(const std::string& scope) {
  std::vector<std::string> found;
  for (SecretMetadata& secret : list(scope)) found.push_back(std::move(secret.key));
  return found;
}

}  // namespace brickwork::local
