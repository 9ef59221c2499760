#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/store.h"

namespace brickwork::local {

// What people save for warehouses: queries and alerts. Trashed ones can still be looked at.
struct SqlObject {
  std::string id;
  std::string kind;  // "query" or "alert"
  std::string owner;
  std::string last_modifier;
  std::int64_t create_time = 0;
  std::int64_t update_time = 0;
  bool is_trashed = false;
  boost::json::object document;  // as the user wrote it
};

class SqlObjects {
 public:
  SqlObjects(Store& store, std::function<std::int64_t()> now_ms);

  // ApiError when there is none.
  SqlObject get(const std::string& kind, const std::string& id);
  // In the order in which they were made; without the trashed ones.
  std::vector<SqlObject> list(const std::string& kind);
  void save(const SqlObject& object);
  std::int64_t now_ms() const { return now_ms_(); }

 private:
  Store& store_;
  std::function<std::int64_t()> now_ms_;
};

}  // namespace brickwork::local
