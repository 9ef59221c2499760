#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace brickwork::local {

class Store;

// The answer to one statement; valid until the transaction ends. `while (rows.next()) rows.integer(0) ...`
class Rows {
 public:
  Rows(Store& store, sqlite3_stmt* statement) : store_(&store), statement_(statement) {}
  Rows(Rows&& other) noexcept;
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  bool next();
  std::int64_t integer(int column) const;
  std::string text(int column) const;  // also for blobs: bytes are bytes
  std::optional<std::string> optional_text(int column) const;
  std::optional<std::int64_t> optional_integer(int column) const;
  boost::json::value json(int column) const;  // null for an empty column

  void bind(int index, std::int64_t value);
  void bind(int index, int value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, bool value) { bind(index, static_cast<std::int64_t>(value)); }
  void bind(int index, std::string_view value);
  void bind(int index, const char* value) { bind(index, std::string_view(value)); }
  void bind(int index, const std::string& value) { bind(index, std::string_view(value)); }
  void bind(int index, std::span<const std::byte> value);
  void bind(int index, std::nullptr_t);
  void bind(int index, const boost::json::value& value);
  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value)
      bind(index, *value);
    else
      bind(index, nullptr);
  }

 private:
  void check(int code) const;

  Store* store_;
  sqlite3_stmt* statement_;  // goes back to the store for the next call with the same text
};

// Holds the store's lock from begin to end, so it is the unit of atomicity for threads as well as for SIGKILL. Without
// commit() nothing happened. Never call the scheduler or an executor while one is open.
class Transaction {
 public:
  explicit Transaction(Store& store);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // Runs or prepares `sql` with ?-parameters: query() to read rows, run() for the rest (returns the rows changed).
  template <class... Values>
  Rows query(std::string_view sql, const Values&... values) {
    Rows rows = prepare(sql);
    int index = 0;
    (rows.bind(++index, values), ...);
    return rows;
  }
  template <class... Values>
  std::int64_t run(std::string_view sql, const Values&... values) {
    {
      Rows rows = query(sql, values...);
      while (rows.next()) {
      }
    }
    return changes();
  }
  void commit();

 private:
  Rows prepare(std::string_view sql);
  std::int64_t changes() const;

  Store& store_;
  std::unique_lock<std::recursive_mutex> lock_;
  bool open_ = true;
};

// One SQLite file in WAL mode. What was committed before an answer left is there after a SIGKILL.
class Store {
 public:
  explicit Store(const std::filesystem::path& file);  // ":memory:" for tests
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  // The tables of one resource: statements of the form "create table if not exists ...". Called when it is added.
  void create(std::string_view schema);

 private:
  friend class Transaction;
  friend class Rows;
  void execute(const char* sql);
  sqlite3_stmt* take_statement(std::string_view sql);
  void give_back(sqlite3_stmt* statement);

  std::recursive_mutex mutex_;
  bool in_transaction_ = false;
  sqlite3* database_ = nullptr;
  std::multimap<std::string, sqlite3_stmt*, std::less<>> idle_statements_;
};

}  // namespace brickwork::local
