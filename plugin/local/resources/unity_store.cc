#include "local/resources/unity_store.h"

#include <algorithm>

#include "local/api_error.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists unity_objects (
  id text primary key,
  kind text not null,
  parent text references unity_objects on delete cascade,
  name text not null,
  owner text not null,
  created_at integer not null,
  created_by text not null,
  updated_at integer not null,
  updated_by text not null,
  document text not null,
  unique (parent, kind, name)
) without rowid;
)";

constexpr std::size_t kLongestName = 255;

std::string upper_case(std::string text) {
  for (char& letter : text)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  return text;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ".") + name;
  return text;
}

ApiError no_such(UnityKind kind, const std::vector<std::string>& names) {
  const std::string word = word_of(kind);
  return {404, upper_case(word) + "_DOES_NOT_EXIST",
          upper_case(word).substr(0, 1) + word.substr(1) + " '" + joined(names) + "' does not exist."};
}

ApiError already_there(UnityKind kind, const std::vector<std::string>& names) {
  const std::string word = word_of(kind);
  return {409, upper_case(word) + "_ALREADY_EXISTS",
          upper_case(word).substr(0, 1) + word.substr(1) + " '" + joined(names) + "' already exists"};
}

// What would lead out of its directory, or be read as several names, is none.
std::string checked_name(const std::string& given) {
  std::string name = lower_case(given);
  const bool has_control = std::any_of(name.begin(), name.end(), [](char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
  });
  if (name.empty() || name.size() > kLongestName || has_control || name.find_first_of("./ ") != std::string::npos)
    throw invalid_parameter(
        "Invalid input: '" + given.substr(0, 300) +
        "' is not a valid name. It must not be empty or longer than 255 bytes, nor hold a period, a "
        "space, a slash or a control character.");
  return name;
}

std::vector<std::string> lower_cases(const std::vector<std::string>& names) {
  std::vector<std::string> lower;
  lower.reserve(names.size());
  for (const std::string& name : names) lower.push_back(lower_case(name));
  return lower;
}

std::vector<std::string> parent_of(const std::vector<std::string>& names) {
  return names.empty() ? names : std::vector<std::string>(names.begin(), names.end() - 1);
}

// The kind of what has so many names, when something lies in it.
UnityKind container_kind(std::size_t names) { return names == 1 ? UnityKind::kCatalog : UnityKind::kSchema; }

UnityObject object_of(const Rows& rows, UnityKind kind, std::vector<std::string> names) {
  names.push_back(rows.text(2));
  return {.id = rows.text(0),
          .kind = kind,
          .parent = rows.text(1),
          .names = std::move(names),
          .owner = rows.text(3),
          .created_at = rows.integer(4),
          .created_by = rows.text(5),
          .updated_at = rows.integer(6),
          .updated_by = rows.text(7),
          .document = rows.json(8).as_object()};
}

constexpr const char* kSelect =
    "select id, parent, name, owner, created_at, created_by, updated_at, updated_by, document from unity_objects ";

}  // namespace

std::string word_of(UnityKind kind) {
  switch (kind) {
    case UnityKind::kCatalog:
      return "catalog";
    case UnityKind::kSchema:
      return "schema";
    case UnityKind::kTable:
      return "table";
    case UnityKind::kVolume:
      return "volume";
  }
  return "";
}

std::string UnityObject::full_name() const { return joined(names); }

UnityStore::UnityStore(Workspace& workspace, std::function<std::int64_t()> now_ms)
    : store_(workspace.store),
      volumes_(workspace.state_dir / "volumes"),
      tables_(workspace.state_dir / "warehouse" / "__unitystorage"),
      now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
  {
    Transaction transaction(store_);
    Rows rows = transaction.query("select id from unity_objects where kind = 'metastore'");
    if (rows.next()) metastore_id_ = rows.text(0);
  }
  if (!metastore_id_.empty()) return;
  metastore_id_ = new_request_id();
  {
    Transaction transaction(store_);
    transaction.run("insert into unity_objects values (?, 'metastore', null, 'metastore', ?, ?, ?, ?, ?, '{}')",
                    metastore_id_, workspace.user_name, now_ms_(), workspace.user_name, now_ms_(), workspace.user_name);
    transaction.commit();
  }
  // Where people begin; whoever deletes it does not get it back.
  create(UnityKind::kCatalog, {"main"}, workspace.user_name, {});
  create(UnityKind::kSchema, {"main", "default"}, workspace.user_name, {});
}

UnityObject UnityStore::create(UnityKind kind, const std::vector<std::string>& names, const std::string& user,
                               json::object document) {
  std::vector<std::string> parent_names = lower_cases(parent_of(names));
  const std::string name = checked_name(names.back());
  const std::string parent =
      parent_names.empty() ? metastore_id_ : get(container_kind(parent_names.size()), parent_names).id;
  UnityObject object{.id = new_request_id(), .kind = kind, .parent = parent, .names = std::move(parent_names)};
  object.names.push_back(name);
  object.owner = object.created_by = object.updated_by = user;
  object.created_at = object.updated_at = now_ms_();
  object.document = std::move(document);
  // The directory first: one without a record is only an empty directory, a record without it would be a lie.
  if (kind == UnityKind::kVolume) fs::create_directories(place_of(object.names));
  Transaction transaction(store_);
  if (transaction.run("insert or ignore into unity_objects values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", object.id,
                      word_of(kind), parent, name, user, object.created_at, user, object.updated_at, user,
                      json::value(object.document)) == 0)
    throw already_there(kind, object.names);
  transaction.commit();
  return object;
}

std::optional<UnityObject> UnityStore::find(UnityKind kind, const std::vector<std::string>& names) {
  std::vector<std::string> above;
  std::string parent = metastore_id_;
  Transaction transaction(store_);
  for (std::size_t depth = 0; depth < names.size(); ++depth) {
    const UnityKind wanted = depth + 1 == names.size() ? kind : container_kind(depth + 1);
    Rows rows = transaction.query(std::string(kSelect) + "where parent = ? and kind = ? and name = ?", parent,
                                  word_of(wanted), names[depth]);
    if (!rows.next()) return std::nullopt;
    UnityObject found = object_of(rows, wanted, above);
    if (depth + 1 == names.size()) return found;
    above = found.names;
    parent = found.id;
  }
  return std::nullopt;
}

UnityObject UnityStore::get(UnityKind kind, const std::vector<std::string>& names) {
  const std::vector<std::string> lower = lower_cases(names);
  if (auto found = find(kind, lower)) return std::move(*found);
  // The first of the names that is nobody's.
  for (std::size_t depth = 1; depth < lower.size(); ++depth) {
    const std::vector<std::string> above(lower.begin(), lower.begin() + static_cast<std::ptrdiff_t>(depth));
    if (!find(container_kind(depth), above)) throw no_such(container_kind(depth), above);
  }
  throw no_such(kind, lower);
}

std::vector<UnityObject> UnityStore::children(UnityKind kind, const std::vector<std::string>& parent_names) {
  const std::vector<std::string> lower = lower_cases(parent_names);
  const std::string parent = lower.empty() ? metastore_id_ : get(container_kind(lower.size()), lower).id;
  std::vector<UnityObject> found;
  Transaction transaction(store_);
  Rows rows =
      transaction.query(std::string(kSelect) + "where parent = ? and kind = ? order by name", parent, word_of(kind));
  while (rows.next()) found.push_back(object_of(rows, kind, lower));
  return found;
}

void UnityStore::update(UnityObject& object, const std::string& new_name, const std::string& user) {
  const std::vector<std::string> old_names = object.names;
  if (!new_name.empty()) object.names.back() = checked_name(new_name);
  object.updated_at = now_ms_();
  object.updated_by = user;
  Transaction transaction(store_);
  if (transaction.run("update or ignore unity_objects set name = ?, owner = ?, updated_at = ?, updated_by = ?, "
                      "document = ? where id = ?",
                      object.names.back(), object.owner, object.updated_at, user, json::value(object.document),
                      object.id) == 0)
    throw already_there(object.kind, object.names);
  // Under the transaction, so that a directory that cannot be moved leaves the name as it was.
  if (object.kind != UnityKind::kTable && object.names != old_names && fs::exists(place_of(old_names)))
    fs::rename(place_of(old_names), place_of(object.names));
  transaction.commit();
}

bool UnityStore::is_empty(const UnityObject& object) {
  // Tasks make volumes of their own accord, which are no records: they are not to go with an empty schema.
  const fs::path place = place_of(object.names);
  if (fs::exists(place) && !fs::is_empty(place)) return false;
  Transaction transaction(store_);
  Rows rows = transaction.query("select count(*) from unity_objects where parent = ?", object.id);
  return !rows.next() || rows.integer(0) == 0;
}

void UnityStore::remove(const UnityObject& object, bool force) {
  const bool holds_others = object.kind == UnityKind::kCatalog || object.kind == UnityKind::kSchema;
  if (holds_others && !force && !is_empty(object))
    throw invalid_state("Cannot delete " + word_of(object.kind) + " '" + object.full_name() +
                        "', because it is not empty. Use force to delete what lies in it, too.");
  const std::vector<fs::path> directories = managed_directories(object);
  {
    Transaction transaction(store_);
    transaction.run("delete from unity_objects where id = ?", object.id);
    transaction.commit();
  }
  if (object.kind != UnityKind::kTable) fs::remove_all(place_of(object.names));
  for (const fs::path& directory : directories) fs::remove_all(directory);
}

// Of the table, or of the tables in the schema or catalog. Only a directory of ours by its place: a record says what
// whoever wrote it liked.
std::vector<fs::path> UnityStore::managed_directories(const UnityObject& object) {
  std::vector<fs::path> found;
  Transaction transaction(store_);
  Rows rows = transaction.query(
      "with recursive inside(id) as (select ? union all "
      "select o.id from unity_objects o join inside on o.parent = inside.id) "
      "select json_extract(document, '$.storage_location') from unity_objects join inside using (id) "
      "where kind = 'table' and json_extract(document, '$.table_type') = 'MANAGED'",
      object.id);
  while (rows.next()) {
    const fs::path name = fs::path(rows.text(0)).filename();
    if (!name.empty() && name != "." && name != ".." && rows.text(0).ends_with("/__unitystorage/" + name.string()))
      found.push_back(tables_ / name);
  }
  return found;
}

fs::path UnityStore::place_of(const std::vector<std::string>& names) const {
  fs::path place = volumes_;
  for (const std::string& name : names) place /= name;
  return place;
}

}  // namespace brickwork::local
