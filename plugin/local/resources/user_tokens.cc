// Tokens of users, and who a token stands for.

#include <set>
#include <span>

#include "local/random_token.h"
#include "local/resources/user_store.h"

namespace brickwork::local {
namespace {

// The comment that tells the token of the token file from those that users made.
constexpr const char* kTokenFile = "the token file";
// Access tokens come and go by the hour.
constexpr std::size_t kMostLogins = 10'000;

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace

void UserStore::set_owner(const std::string& user_name, const std::string& token) {
  auto owner = find_named(PrincipalKind::kUser, user_name);
  if (!owner) owner = create(PrincipalKind::kUser, user_name, {});
  if (const auto admins = find_named(PrincipalKind::kGroup, "admins")) add_member(admins->id, owner->id);
  {
    Transaction transaction(store_);
    transaction.run("delete from tokens where comment = ? and digest <> ?", kTokenFile, bytes_of(sha256(token)));
    transaction.commit();
  }
  add_token(owner->id, token, kTokenFile);
  const std::lock_guard lock(mutex_);
  task_tokens_[owner->name] = token;
}

void UserStore::add_token(std::int64_t user_id, const std::string& token, const std::string& comment) {
  insert_token(
      {.token_id = hexadecimal(random_bytes(32)), .user_id = user_id, .comment = comment, .creation_time = now_ms_()},
      token);
}

std::string UserStore::task_token(const std::string& user_name) {
  const auto caller = caller_named(user_name);
  if (!caller) return "";
  const std::lock_guard lock(mutex_);
  std::string& token = task_tokens_[caller->user_name];
  if (token.empty()) {
    token = new_token();
    task_token_digests_[sha256(token)] = caller->user_name;
  }
  return token;
}

std::optional<Caller> UserStore::authenticate(std::string_view token) {
  const std::string digest = sha256(token);
  std::optional<Login> login;
  std::uint64_t changes = 0;
  {
    const std::lock_guard lock(mutex_);
    changes = changes_;
    if (const auto known = logins_.find(digest); known != logins_.end()) login = known->second;
  }
  if (!login) {
    login = look_up(token, digest);
    if (!login) return std::nullopt;
    const std::lock_guard lock(mutex_);
    // What was looked up before a change must not be remembered after it: a revoked token would go on.
    if (logins_.size() >= kMostLogins) logins_.clear();
    if (changes == changes_) logins_[digest] = *login;
  }
  if (login->expires_at >= 0 && login->expires_at <= now_ms_()) return std::nullopt;
  return login->caller;
}

std::optional<UserStore::Login> UserStore::look_up(std::string_view token, const std::string& digest) {
  std::string task_user;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = task_token_digests_.find(digest); found != task_token_digests_.end())
      task_user = found->second;
  }
  if (!task_user.empty()) {
    const auto caller = caller_named(task_user);
    return caller ? std::optional<Login>(Login{.caller = *caller}) : std::nullopt;
  }
  const auto grant = granted_by(token, digest);
  const auto principal = grant ? find_any(grant->user_id) : std::nullopt;
  if (!principal || !principal->active) return std::nullopt;
  Login login{.caller = caller_of(*principal), .expires_at = grant->expires_at};
  login.caller.scopes = grant->scopes;
  return login;
}

std::optional<AccessGrant> UserStore::granted_by(std::string_view token, const std::string& digest) {
  {
    Transaction transaction(store_);
    Rows rows = transaction.query("select user_id, expiry_time from tokens where digest = ?", bytes_of(digest));
    if (rows.next()) return AccessGrant{.user_id = rows.integer(0), .expires_at = rows.integer(1), .scopes = {}};
  }
  return access_tokens_ ? access_tokens_(token) : std::nullopt;
}

std::optional<Caller> UserStore::caller_named(const std::string& user_name) {
  auto found = find_named(PrincipalKind::kUser, user_name);
  if (!found) found = find_named(PrincipalKind::kServicePrincipal, user_name);
  if (!found || !found->active) return std::nullopt;
  return caller_of(*found);
}

Caller UserStore::caller_of(const Principal& principal) {
  Caller caller{.user_id = principal.id,
                .user_name = principal.name,
                .groups = {"users"},
                .is_service_principal = principal.kind == PrincipalKind::kServicePrincipal};
  // Groups may contain groups, and nothing keeps them from going round in a circle.
  std::set<std::int64_t> seen;
  std::vector<std::int64_t> waiting{principal.id};
  while (!waiting.empty()) {
    const std::int64_t id = waiting.back();
    waiting.pop_back();
    for (const Principal& group : groups_of(id)) {
      if (!seen.insert(group.id).second) continue;
      if (!caller.in_group(group.name)) caller.groups.push_back(group.name);
      waiting.push_back(group.id);
    }
  }
  return caller;
}

UserStore::NewToken UserStore::create_token(std::int64_t user_id, const std::string& comment,
                                            std::optional<std::int64_t> lifetime_seconds) {
  NewToken made{.value = new_token()};
  const std::int64_t now = now_ms_();
  made.info = {.token_id = hexadecimal(random_bytes(32)),
               .user_id = user_id,
               .comment = comment,
               .creation_time = now,
               .expiry_time = lifetime_seconds ? now + *lifetime_seconds * 1000 : -1};
  insert_token(made.info, made.value);
  return made;
}

void UserStore::insert_token(const TokenInfo& info, const std::string& value) {
  Transaction transaction(store_);
  transaction.run("insert or ignore into tokens values (?, ?, ?, ?, ?, ?)", info.token_id, bytes_of(sha256(value)),
                  info.user_id, info.comment, info.creation_time, info.expiry_time);
  transaction.commit();
}

std::vector<TokenInfo> UserStore::tokens() {
  Transaction transaction(store_);
  std::vector<TokenInfo> found;
  Rows rows = transaction.query(
      "select token_id, user_id, comment, creation_time, expiry_time from tokens order by creation_time, token_id");
  while (rows.next())
    found.push_back({.token_id = rows.text(0),
                     .user_id = rows.integer(1),
                     .comment = rows.text(2),
                     .creation_time = rows.integer(3),
                     .expiry_time = rows.integer(4)});
  return found;
}

bool UserStore::revoke(const std::string& token_id) {
  Transaction transaction(store_);
  const bool revoked = transaction.run("delete from tokens where token_id = ?", token_id) != 0;
  transaction.commit();
  forget_logins();
  return revoked;
}

void UserStore::forget_logins() {
  const std::lock_guard lock(mutex_);
  ++changes_;
  logins_.clear();
}

}  // namespace brickwork::local
