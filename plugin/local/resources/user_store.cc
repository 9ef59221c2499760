#include "local/resources/user_store.h"

#include <algorithm>
#include <set>

#include "local/api_error.h"
#include "local/random_token.h"
#include "local/workspace.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists principals (
  id integer primary key,
  kind text not null,
  name text not null collate nocase,
  active integer not null,
  document text not null,
  unique (kind, name)
);
create table if not exists group_members (
  group_id integer not null references principals on delete cascade,
  member_id integer not null references principals on delete cascade,
  primary key (group_id, member_id)
) without rowid;
create table if not exists tokens (
  token_id text primary key,
  digest blob not null unique,
  user_id integer not null references principals on delete cascade,
  comment text not null,
  creation_time integer not null,
  expiry_time integer not null
) without rowid;
)";

constexpr const char* kColumns = "id, kind, name, active, document";
// The comment that tells the token of the token file from those that users made.
constexpr const char* kTokenFile = "the token file";

std::string text_of(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::kUser:
      return "user";
    case PrincipalKind::kServicePrincipal:
      return "service_principal";
    case PrincipalKind::kGroup:
      return "group";
  }
  return "";
}

PrincipalKind kind_of(const std::string& text) {
  if (text == "group") return PrincipalKind::kGroup;
  return text == "user" ? PrincipalKind::kUser : PrincipalKind::kServicePrincipal;
}

std::string what_it_is(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::kUser:
      return "User with username ";
    case PrincipalKind::kServicePrincipal:
      return "Service principal with application ID ";
    case PrincipalKind::kGroup:
      return "Group with name ";
  }
  return "";
}

Principal principal_of(const Rows& rows) {
  Principal found{
      .id = rows.integer(0), .kind = kind_of(rows.text(1)), .name = rows.text(2), .active = rows.integer(3) != 0};
  const json::value document = rows.json(4);
  if (document.is_object()) found.document = document.get_object();
  return found;
}

std::vector<Principal> principals_of(Rows rows) {
  std::vector<Principal> found;
  while (rows.next()) found.push_back(principal_of(rows));
  return found;
}

std::string columns_where(const std::string& condition) {
  return "select " + std::string(kColumns) + " from principals where " + condition;
}

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

}  // namespace

UserStore::UserStore(Store& store, std::function<std::int64_t()> now_ms) : store_(store), now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
  // Every workspace has these two; everybody is in the second.
  for (const char* name : {"admins", "users"})
    if (!find_named(PrincipalKind::kGroup, name)) create(PrincipalKind::kGroup, name, {});
}

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
    login = look_up(digest);
    if (!login) return std::nullopt;
    const std::lock_guard lock(mutex_);
    // What was looked up before a change must not be remembered after it: a revoked token would go on.
    if (changes == changes_) logins_[digest] = *login;
  }
  if (login->expires_at >= 0 && login->expires_at <= now_ms_()) return std::nullopt;
  return login->caller;
}

std::optional<UserStore::Login> UserStore::look_up(const std::string& digest) {
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
  std::int64_t user_id = 0;
  Login login;
  {
    Transaction transaction(store_);
    Rows rows = transaction.query("select user_id, expiry_time from tokens where digest = ?", bytes_of(digest));
    if (!rows.next()) return std::nullopt;
    user_id = rows.integer(0);
    login.expires_at = rows.integer(1);
  }
  const auto principal = find_any(user_id);
  if (!principal || !principal->active) return std::nullopt;
  login.caller = caller_of(*principal);
  return login;
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

Principal UserStore::create(PrincipalKind kind, const std::string& name, json::object document, bool active) {
  Principal principal{.id = new_id(), .kind = kind, .name = name, .active = active, .document = std::move(document)};
  Transaction transaction(store_);
  if (transaction.run("insert or ignore into principals values (?, ?, ?, ?, ?)", principal.id, text_of(kind), name,
                      active, json::value(principal.document)) == 0)
    throw already_exists(what_it_is(kind) + name + " already exists.");
  transaction.commit();
  return principal;
}

void UserStore::update(const Principal& principal) {
  Transaction transaction(store_);
  if (transaction.run("update or ignore principals set name = ?, active = ?, document = ? where id = ?", principal.name,
                      principal.active, json::value(principal.document), principal.id) == 0)
    throw already_exists(what_it_is(principal.kind) + principal.name + " already exists.");
  transaction.commit();
  forget_logins();
}

bool UserStore::remove(PrincipalKind kind, std::int64_t id) {
  Transaction transaction(store_);
  const bool removed = transaction.run("delete from principals where id = ? and kind = ?", id, text_of(kind)) != 0;
  transaction.commit();
  forget_logins();
  return removed;
}

std::optional<Principal> UserStore::find(PrincipalKind kind, std::int64_t id) {
  auto found = find_any(id);
  return found && found->kind == kind ? found : std::nullopt;
}

std::optional<Principal> UserStore::find_any(std::int64_t id) {
  std::vector<Principal> found = query("id = ?", id);
  return found.empty() ? std::nullopt : std::optional<Principal>(std::move(found[0]));
}

std::optional<Principal> UserStore::find_named(PrincipalKind kind, const std::string& name) {
  Transaction transaction(store_);
  auto found = principals_of(transaction.query(columns_where("kind = ? and name = ?"), text_of(kind), name));
  return found.empty() ? std::nullopt : std::optional<Principal>(std::move(found[0]));
}

std::vector<Principal> UserStore::list(PrincipalKind kind) {
  Transaction transaction(store_);
  return principals_of(transaction.query(columns_where("kind = ? order by name"), text_of(kind)));
}

std::vector<Principal> UserStore::members(std::int64_t group_id) {
  return query("id in (select member_id from group_members where group_id = ?) order by name", group_id);
}

std::vector<Principal> UserStore::groups_of(std::int64_t member_id) {
  return query("id in (select group_id from group_members where member_id = ?) order by name", member_id);
}

std::vector<Principal> UserStore::query(const std::string& condition, std::int64_t value) {
  Transaction transaction(store_);
  return principals_of(transaction.query(columns_where(condition), value));
}

void UserStore::add_member(std::int64_t group_id, std::int64_t member_id) {
  Transaction transaction(store_);
  transaction.run("insert or ignore into group_members values (?, ?)", group_id, member_id);
  transaction.commit();
  forget_logins();
}

void UserStore::remove_member(std::int64_t group_id, std::int64_t member_id) {
  Transaction transaction(store_);
  transaction.run("delete from group_members where group_id = ? and member_id = ?", group_id, member_id);
  transaction.commit();
  forget_logins();
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
