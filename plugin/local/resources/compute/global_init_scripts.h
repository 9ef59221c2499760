#pragma once

#include <optional>
#include <string>
#include <vector>

#include "local/router.h"
#include "local/store.h"

namespace brickwork::local {

struct GlobalInitScript {
  std::string script_id;
  std::string name;
  std::string script;  // what bash reads
  bool enabled = false;
  std::int64_t position = 0;  // in the order of all scripts, from 0 on
  std::int64_t created_at = 0;
  std::string created_by;
  std::int64_t updated_at = 0;
  std::string updated_by;
};

// Scripts that run on every cluster before its own ones. Any thread may call.
class GlobalInitScripts {
 public:
  explicit GlobalInitScripts(Store& store);

  std::vector<GlobalInitScript> all();  // in their order
  std::optional<GlobalInitScript> find(const std::string& script_id);
  // Its place is `script.position`, or the last one when that is beyond; the scripts from there on move up.
  void put(const GlobalInitScript& script);
  bool remove(const std::string& script_id);

 private:
  Store& store_;
};

void add_global_init_scripts(Router& router, Store& store, std::function<std::int64_t()> now_ms);

}  // namespace brickwork::local
