#include "local/resources/permission_store.h"

#include <algorithm>

namespace brickwork::local {
namespace {

constexpr const char* kSchema = R"(
create table if not exists permissions (
  kind text not null,
  object_id text not null,
  principal_id integer not null references principals on delete cascade,
  level text not null,
  primary key (kind, object_id, principal_id)
) without rowid;
)";

const std::vector<LevelName> kObjectLevels{{"CAN_READ", "Can view the object"},
                                           {"CAN_RUN", "Can view and run the object"},
                                           {"CAN_EDIT", "Can view, run and edit the object"},
                                           {"CAN_MANAGE", "Can view, run, edit and change permissions of the object"}};

const std::map<std::string, std::vector<LevelName>, std::less<>> kLevels{
    {"jobs",
     {{"CAN_VIEW", "Can view the job and its runs"},
      {"CAN_MANAGE_RUN", "Can view the job, and start and cancel its runs"},
      {"IS_OWNER", "Owns the job: its runs are this user's"},
      {"CAN_MANAGE", "Can view, run, edit and delete the job and change its permissions"}}},
    {"clusters",
     {{"CAN_ATTACH_TO", "Can run code on the cluster"},
      {"CAN_RESTART", "Can run code on the cluster, start, restart and terminate it"},
      {"CAN_MANAGE", "Can use, edit and delete the cluster and change its permissions"}}},
    {"cluster-policies", {{"CAN_USE", "Can make clusters with the policy"}}},
    {"instance-pools",
     {{"CAN_ATTACH_TO", "Can make clusters from the pool"},
      {"CAN_MANAGE", "Can use, edit and delete the pool and change its permissions"}}},
    {"notebooks", kObjectLevels},
    {"files", kObjectLevels},
    {"directories", kObjectLevels}};

}  // namespace

const std::vector<LevelName>& levels_of(std::string_view kind) {
  static const std::vector<LevelName> none;
  const auto found = kLevels.find(kind);
  return found == kLevels.end() ? none : found->second;
}

int rank_of(std::string_view kind, std::string_view level) {
  int rank = 0;
  for (const LevelName& each : levels_of(kind)) {
    ++rank;
    if (level == each.level) return rank;
  }
  return 0;
}

PermissionStore::PermissionStore(Store& store, UserStore& users) : store_(store), users_(users) {
  store_.create(kSchema);
}

void PermissionStore::add_kind(const std::string& kind, Find find, Implied implied) {
  kinds_[kind] = {std::move(find), std::move(implied)};
}

std::optional<PermissionStore::Place> PermissionStore::place(const ObjectName& object) const {
  const auto kind = kinds_.find(object.kind);
  return kind == kinds_.end() || object.id.empty() ? std::nullopt : kind->second.find(object.id);
}

std::vector<Grant> PermissionStore::direct(const ObjectName& object) {
  Transaction transaction(store_);
  std::vector<Grant> found;
  Rows rows = transaction.query("select principal_id, level from permissions where kind = ? and object_id = ?",
                                object.kind, object.id);
  while (rows.next()) found.push_back({rows.integer(0), rows.text(1)});
  return found;
}

void PermissionStore::add_held(const ObjectName& object, const std::optional<ObjectName>& from,
                               std::vector<Held>& found) {
  const auto add_named = [&](PrincipalKind kind, const std::string& name, const std::string& level) {
    if (const auto principal = users_.find_named(kind, name)) found.push_back({{principal->id, level}, from});
  };
  if (object.id.empty()) return add_named(PrincipalKind::kGroup, "admins", levels_of(object.kind).back().level);
  const auto kind = kinds_.find(object.kind);
  if (kind != kinds_.end() && kind->second.implied)
    for (const auto& [name, level] : kind->second.implied(object.id)) {
      const bool is_group = name == "users" || name == "admins";
      add_named(is_group ? PrincipalKind::kGroup : PrincipalKind::kUser, name, level);
      if (!is_group) add_named(PrincipalKind::kServicePrincipal, name, level);
    }
  for (const Grant& grant : direct(object)) found.push_back({grant, from});
}

std::vector<PermissionStore::Held> PermissionStore::held(const ObjectName& object) {
  std::vector<Held> found;
  add_held(object, std::nullopt, found);
  const auto place = this->place(object);
  if (!place) return found;
  const bool has_owner =
      std::any_of(found.begin(), found.end(), [](const Held& held) { return held.grant.level == "IS_OWNER"; });
  if (place->owner && !has_owner) {
    auto owner = users_.find_named(PrincipalKind::kUser, *place->owner);
    if (!owner) owner = users_.find_named(PrincipalKind::kServicePrincipal, *place->owner);
    const std::string level = object.kind == "jobs" ? "IS_OWNER" : "CAN_MANAGE";
    if (owner) found.push_back({{owner->id, level}, std::nullopt});
  }
  for (const ObjectName& above : place->above) add_held(above, above, found);
  return found;
}

void PermissionStore::replace(const ObjectName& object, const std::vector<Grant>& grants) {
  Transaction transaction(store_);
  transaction.run("delete from permissions where kind = ? and object_id = ?", object.kind, object.id);
  for (const Grant& grant : grants)
    transaction.run("insert or replace into permissions values (?, ?, ?, ?)", object.kind, object.id,
                    grant.principal_id, grant.level);
  transaction.commit();
}

void PermissionStore::own(const ObjectName& object, std::int64_t user_id, const std::string& level) {
  Transaction transaction(store_);
  transaction.run(
      "insert into permissions select ?1, ?2, ?3, ?4 where not exists "
      "(select 1 from permissions where kind = ?1 and object_id = ?2 and level = ?4)",
      object.kind, object.id, user_id, level);
  transaction.commit();
}

void PermissionStore::forget(const ObjectName& object) { replace(object, {}); }

int PermissionStore::rank(const Caller& caller, const ObjectName& object) {
  // Admins have the highest level on everything, and ask most often.
  if (caller.is_admin()) return static_cast<int>(levels_of(object.kind).size());
  int best = 0;
  for (const Held& held : this->held(object)) {
    bool is_meant = held.grant.principal_id == caller.user_id;
    if (!is_meant) {
      const auto principal = users_.find(PrincipalKind::kGroup, held.grant.principal_id);
      is_meant = principal && caller.in_group(principal->name);
    }
    if (is_meant) best = std::max(best, rank_of(object.kind, held.grant.level));
  }
  return best;
}

bool PermissionStore::allows(const Caller& caller, const ObjectName& object, const std::string& level) {
  return rank(caller, object) >= rank_of(object.kind, level);
}

}  // namespace brickwork::local
