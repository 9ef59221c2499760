#include "local/store.h"

#include <sqlite3.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <utility>

namespace brickwork::local {

Rows::Rows(Rows&& other) noexcept : store_(other.store_), statement_(std::exchange(other.statement_, nullptr)) {}

Rows::~Rows() {
  if (statement_ != nullptr) store_->give_back(statement_);
}

void Rows::check(int code) const {
  if (code != SQLITE_OK) throw std::runtime_error(std::string("state database: ") + sqlite3_errmsg(store_->database_));
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw std::runtime_error(std::string("state database: ") + sqlite3_errmsg(store_->database_));
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Rows::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr ? std::string() : std::string(bytes, sqlite3_column_bytes(statement_, column));
}

std::optional<std::string> Rows::optional_text(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Rows::optional_integer(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return integer(column);
}

boost::json::value Rows::json(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return nullptr;
  return boost::json::parse(text(column), {}, {.max_depth = 512});
}

void Rows::bind(int index, std::int64_t value) { check(sqlite3_bind_int64(statement_, index, value)); }

void Rows::bind(int index, std::string_view value) {
  check(sqlite3_bind_text64(statement_, index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Rows::bind(int index, std::span<const std::byte> value) {
  check(sqlite3_bind_blob64(statement_, index, value.data(), value.size(), SQLITE_TRANSIENT));
}

void Rows::bind(int index, std::nullptr_t) { check(sqlite3_bind_null(statement_, index)); }

void Rows::bind(int index, const boost::json::value& value) { bind(index, boost::json::serialize(value)); }

Transaction::Transaction(Store& store) : store_(store), lock_(store.mutex_) {
  if (store_.in_transaction_) throw std::logic_error("a transaction was begun inside another one");
  store_.execute("begin");
  store_.in_transaction_ = true;
}

Transaction::~Transaction() {
  if (!open_) return;
  store_.in_transaction_ = false;
  sqlite3_exec(store_.database_, "rollback", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  store_.execute("commit");
  store_.in_transaction_ = false;
  open_ = false;
  lock_.unlock();
}

Rows Transaction::prepare(std::string_view sql) { return {store_, store_.take_statement(sql)}; }

std::int64_t Transaction::changes() const { return sqlite3_changes64(store_.database_); }

Store::Store(const std::filesystem::path& file) {
  if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) {
    const std::string reason = sqlite3_errmsg(database_);
    sqlite3_close(database_);
    throw std::runtime_error("cannot open the state database " + file.string() + ": " + reason);
  }
  sqlite3_busy_timeout(database_, 10'000);
  // NORMAL: a commit is in the kernel's page cache, which outlives this process; only a power cut may lose the last
  // ones.
  execute("pragma journal_mode=wal; pragma synchronous=normal; pragma foreign_keys=on");
}

Store::~Store() {
  for (auto& [sql, statement] : idle_statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

void Store::create(std::string_view schema) {
  const std::lock_guard lock(mutex_);
  execute(std::string(schema).c_str());
}

void Store::execute(const char* sql) {
  char* message = nullptr;
  if (sqlite3_exec(database_, sql, nullptr, nullptr, &message) == SQLITE_OK) return;
  const std::string reason = message == nullptr ? "unknown" : message;
  sqlite3_free(message);
  throw std::runtime_error("state database: " + reason);
}

sqlite3_stmt* Store::take_statement(std::string_view sql) {
  if (const auto idle = idle_statements_.find(sql); idle != idle_statements_.end()) {
    sqlite3_stmt* statement = idle->second;
    idle_statements_.erase(idle);
    return statement;
  }
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(std::string("state database: ") + sqlite3_errmsg(database_) + ": " + std::string(sql));
  return statement;
}

void Store::give_back(sqlite3_stmt* statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  idle_statements_.emplace(sqlite3_sql(statement), statement);
}

}  // namespace brickwork::local
