#include "local/sql/sql_objects.h"

#include "local/api_error.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists sql_objects (
  id text primary key,
  kind text not null,
  owner text not null,
  last_modifier text not null,
  create_time integer not null,
  update_time integer not null,
  is_trashed integer not null,
  document text not null
) without rowid;
)";

constexpr std::string_view kColumns =
    "select id, kind, owner, last_modifier, create_time, update_time, is_trashed, document from sql_objects ";

SqlObject read(const Rows& rows) {
  return {.id = rows.text(0),
          .kind = rows.text(1),
          .owner = rows.text(2),
          .last_modifier = rows.text(3),
          .create_time = rows.integer(4),
          .update_time = rows.integer(5),
          .is_trashed = rows.integer(6) != 0,
          .document = rows.json(7).as_object()};
}

}  // namespace

SqlObjects::SqlObjects(Store& store, std::function<std::int64_t()> now_ms) : store_(store), now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
}

SqlObject SqlObjects::get(const std::string& kind, const std::string& id) {
  Transaction transaction(store_);
  Rows rows = transaction.query(std::string(kColumns) + "where kind = ? and id = ?", kind, id);
  if (!rows.next()) throw does_not_exist("The " + kind + " " + id.substr(0, 100) + " does not exist.");
  return read(rows);
}

std::vector<SqlObject> SqlObjects::list(const std::string& kind) {
  std::vector<SqlObject> found;
  Transaction transaction(store_);
  Rows rows =
      transaction.query(std::string(kColumns) + "where kind = ? and is_trashed = 0 order by create_time, id", kind);
  while (rows.next()) found.push_back(read(rows));
  return found;
}

void SqlObjects::save(const SqlObject& object) {
  Transaction transaction(store_);
  transaction.run("insert or replace into sql_objects values (?, ?, ?, ?, ?, ?, ?, ?)", object.id, object.kind,
                  object.owner, object.last_modifier, object.create_time, object.update_time, object.is_trashed,
                  json::value(object.document));
  transaction.commit();
}

}  // namespace brickwork::local
