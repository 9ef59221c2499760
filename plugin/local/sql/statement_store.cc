#include "local/sql/statement_store.h"

#include <algorithm>

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists sql_statements (
  id text primary key,
  statement text not null,
  warehouse_id text not null,
  user_id integer not null,
  user_name text not null,
  disposition text not null,
  format text not null,
  state text not null,
  submitted_at integer not null,
  started_at integer,
  ended_at integer,
  outcome text not null
) without rowid;
create index if not exists sql_statements_by_time on sql_statements (submitted_at);
)";

constexpr std::string_view kColumns =
    "select id, statement, warehouse_id, user_id, user_name, disposition, format, state, submitted_at, started_at, "
    "ended_at, outcome from sql_statements ";

Statement read(const Rows& rows) {
  return {.id = rows.text(0),
          .text = rows.text(1),
          .warehouse_id = rows.text(2),
          .user_id = rows.integer(3),
          .user_name = rows.text(4),
          .disposition = rows.text(5),
          .format = rows.text(6),
          .state = rows.text(7),
          .submitted_at = rows.integer(8),
          .started_at = rows.optional_integer(9),
          .ended_at = rows.optional_integer(10),
          .outcome = rows.json(11).as_object()};
}

template <class T>
bool admits(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

StatementStore::StatementStore(Store& store, std::int64_t now_ms) : store_(store) {
  store_.create(kSchema);
  Transaction transaction(store_);
  transaction.run(
      "update sql_statements set state = 'FAILED', ended_at = ?, outcome = ? where state in ('PENDING', 'RUNNING')",
      now_ms,
      json::value{{"error_code", "ABORTED"}, {"message", "The SQL warehouse was restarted while the statement ran."}});
  transaction.commit();
}

void StatementStore::add(const Statement& statement) {
  Transaction transaction(store_);
  transaction.run("insert into sql_statements values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", statement.id,
                  statement.text, statement.warehouse_id, statement.user_id, statement.user_name, statement.disposition,
                  statement.format, statement.state, statement.submitted_at, statement.started_at, statement.ended_at,
                  json::value(statement.outcome));
  transaction.commit();
}

void StatementStore::set_running(const std::string& id, std::int64_t now_ms) {
  Transaction transaction(store_);
  transaction.run("update sql_statements set state = 'RUNNING', started_at = ? where id = ? and state = 'PENDING'",
                  now_ms, id);
  transaction.commit();
}

bool StatementStore::set_ended(const std::string& id, const std::string& state, const json::object& outcome,
                               std::int64_t now_ms) {
  Transaction transaction(store_);
  const bool changed =
      transaction.run(
          "update sql_statements set state = ?, outcome = ?, ended_at = ? where id = ? and state in ('PENDING', "
          "'RUNNING')",
          state, json::value(outcome), now_ms, id) != 0;
  transaction.commit();
  return changed;
}

void StatementStore::set_closed(const std::string& id) {
  Transaction transaction(store_);
  transaction.run("update sql_statements set state = 'CLOSED' where id = ? and state = 'SUCCEEDED'", id);
  transaction.commit();
}

std::optional<Statement> StatementStore::find(const std::string& id) {
  Transaction transaction(store_);
  Rows rows = transaction.query(std::string(kColumns) + "where id = ?", id);
  return rows.next() ? std::optional(read(rows)) : std::nullopt;
}

std::vector<std::string> StatementStore::succeeded_before(std::int64_t time_ms) {
  std::vector<std::string> found;
  Transaction transaction(store_);
  Rows rows = transaction.query("select id from sql_statements where state = 'SUCCEEDED' and ended_at <= ?", time_ms);
  while (rows.next()) found.push_back(rows.text(0));
  return found;
}

void StatementStore::forget_before(std::int64_t time_ms) {
  Transaction transaction(store_);
  transaction.run("delete from sql_statements where submitted_at < ?", time_ms);
  transaction.commit();
}

std::vector<Statement> StatementStore::list(const Filter& filter, std::int64_t skip, std::int64_t count) {
  std::vector<Statement> found;
  Transaction transaction(store_);
  Rows rows = transaction.query(
      std::string(kColumns) + "where submitted_at >= ? and submitted_at <= ? order by submitted_at desc, id",
      filter.from_ms, filter.to_ms.value_or(INT64_MAX));
  while (static_cast<std::int64_t>(found.size()) < count && rows.next()) {
    Statement statement = read(rows);
    if (!admits(filter.states, statement.state) || !admits(filter.warehouse_ids, statement.warehouse_id) ||
        !admits(filter.user_ids, statement.user_id) || !admits(filter.ids, statement.id))
      continue;
    if (skip-- <= 0) found.push_back(std::move(statement));
  }
  return found;
}

}  // namespace brickwork::local
