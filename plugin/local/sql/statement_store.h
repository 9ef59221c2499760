#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "local/sql/statement.h"
#include "local/store.h"

namespace brickwork::local {

// Statements by id, and what query history lists. A restart ends those that were under way.
class StatementStore {
 public:
  StatementStore(Store& store, std::int64_t now_ms);

  void add(const Statement& statement);
  void set_running(const std::string& id, std::int64_t now_ms);
  // False when it had ended already.
  bool set_ended(const std::string& id, const std::string& state, const boost::json::object& outcome,
                 std::int64_t now_ms);
  // A result that nobody can have any more.
  void set_closed(const std::string& id);
  std::optional<Statement> find(const std::string& id);
  std::vector<std::string> succeeded_before(std::int64_t time_ms);
  void forget_before(std::int64_t time_ms);

  struct Filter {
    std::vector<std::string> states;
    std::vector<std::string> warehouse_ids;
    std::vector<std::int64_t> user_ids;
    std::vector<std::string> ids;
    std::int64_t from_ms = 0;
    std::optional<std::int64_t> to_ms;
  };
  // Newest first, `count` of them after the first `skip`.
  std::vector<Statement> list(const Filter& filter, std::int64_t skip, std::int64_t count);

 private:
  Store& store_;
};

}  // namespace brickwork::local
