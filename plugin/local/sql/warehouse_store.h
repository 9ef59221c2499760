#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/store.h"

namespace brickwork::local {

// A warehouse as a record. It is RUNNING from a start on until it is stopped or nobody has used it for as long as its
// settings say; one Spark application serves all that run.
struct Warehouse {
  std::string id;
  std::string name;
  std::string creator;
  std::optional<std::int64_t> used_at;  // nothing when it was stopped
  boost::json::object settings;
};

class WarehouseStore {
 public:
  WarehouseStore(Store& store, std::function<std::int64_t()> now_ms);

  std::vector<Warehouse> list();
  Warehouse get(const std::string& id);     // ApiError when there is none
  void create(const Warehouse& warehouse);  // ApiError when there is one of its name
  void update(const Warehouse& warehouse);  // the same
  void remove(const std::string& id);
  // Somebody wants to run a statement on it: a stopped one starts, and one that runs is not left alone.
  void use(const std::string& id);

  bool is_running(const Warehouse& warehouse) const;
  std::int64_t now_ms() const { return now_ms_(); }

 private:
  Store& store_;
  std::function<std::int64_t()> now_ms_;
};

}  // namespace brickwork::local
