#include "local/sql/warehouse_store.h"

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

// started_at is when it was last used, too: that is what auto_stop_mins counts from.
constexpr const char* kSchema = R"(
create table if not exists warehouses (
  id text primary key,
  name text not null unique collate nocase,
  creator text not null,
  started_at integer,
  settings text not null
) without rowid;
)";

ApiError name_is_taken(const Warehouse& warehouse) {
  return already_exists("SQL warehouse with name `" + warehouse.name + "` already exists.");
}

}  // namespace

WarehouseStore::WarehouseStore(Store& store, std::function<std::int64_t()> now_ms)
    : store_(store), now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
}

std::vector<Warehouse> WarehouseStore::list() {
  std::vector<Warehouse> found;
  Transaction transaction(store_);
  Rows rows = transaction.query("select id, name, creator, started_at, settings from warehouses order by name");
  while (rows.next())
    found.push_back({rows.text(0), rows.text(1), rows.text(2), rows.optional_integer(3), rows.json(4).as_object()});
  return found;
}

Warehouse WarehouseStore::get(const std::string& id) {
  for (Warehouse& warehouse : list())
    if (warehouse.id == id) return std::move(warehouse);
  throw does_not_exist("SQL warehouse " + id + " does not exist.");
}

void WarehouseStore::create(const Warehouse& warehouse) {
  Transaction transaction(store_);
  if (transaction.run("insert or ignore into warehouses values (?, ?, ?, ?, ?)", warehouse.id, warehouse.name,
                      warehouse.creator, warehouse.used_at, json::value(warehouse.settings)) == 0)
    throw name_is_taken(warehouse);
  transaction.commit();
}

void WarehouseStore::update(const Warehouse& warehouse) {
  Transaction transaction(store_);
  if (transaction.run("update or ignore warehouses set name = ?, started_at = ?, settings = ? where id = ?",
                      warehouse.name, warehouse.used_at, json::value(warehouse.settings), warehouse.id) == 0)
    throw name_is_taken(warehouse);
  transaction.commit();
}

void WarehouseStore::remove(const std::string& id) {
  Transaction transaction(store_);
  transaction.run("delete from warehouses where id = ?", id);
  transaction.commit();
}

void WarehouseStore::use(const std::string& id) {
  Transaction transaction(store_);
  transaction.run("update warehouses set started_at = ? where id = ?", now_ms_(), id);
  transaction.commit();
}

bool WarehouseStore::is_running(const Warehouse& warehouse) const {
  const std::int64_t minutes = integer_field(warehouse.settings, "auto_stop_mins").value_or(0);
  return warehouse.used_at && (minutes == 0 || now_ms_() < *warehouse.used_at + minutes * 60'000);
}

}  // namespace brickwork::local
