#include "local/resources/user_store.h"

#include "local/api_error.h"
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

}  // namespace

UserStore::UserStore(Store& store, std::function<std::int64_t()> now_ms) : store_(store), now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
  // Every workspace has these two; everybody is in the second.
  for (const char* name : {"admins", "users"})
    if (!find_named(PrincipalKind::kGroup, name)) create(PrincipalKind::kGroup, name, {});
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

}  // namespace brickwork::local
