#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "local/jobs/clock.h"
#include "local/sql/statement_engine.h"
#include "local/sql/statement_store.h"
#include "local/sql/warehouse_store.h"
#include "local/workspace.h"

namespace brickwork::local {

// Statements from their beginning to the end of their results. Any thread may call.
class Statements {
 public:
  Statements(Workspace& workspace, Clock& clock, WarehouseStore& warehouses, StatementEngine& engine);

  // A stopped warehouse starts; ApiError when there is none.
  Statement begin(const StatementRequest& request, const Caller& caller);
  // ApiError when there is none, or none any more.
  Statement get(const std::string& id);
  // Calls `then` once: at the end of the statement or when that has not come for so long. On any thread, perhaps at
  // once.
  void when_ended(const std::string& id, std::int64_t at_most_ms, std::function<void()> then);
  // Its end follows.
  void cancel(const std::string& id);
  // Its result goes; one that is under way is cancelled.
  void close(const std::string& id);

  std::filesystem::path chunk_file(const std::string& id, std::int64_t index) const;
  StatementStore& store() { return store_; }
  std::int64_t now_ms() { return clock_.now_ms(); }

 private:
  struct Wait {
    std::atomic<bool> done = false;
    std::function<void()> then;
    void end() {
      if (!done.exchange(true)) then();
    }
  };

  void heard(const boost::json::object& message);
  void forget_results();

  Workspace& workspace_;
  Clock& clock_;
  WarehouseStore& warehouses_;
  StatementEngine& engine_;
  StatementStore store_;
  std::filesystem::path results_;

  std::mutex mutex_;
  std::map<std::string, std::vector<std::shared_ptr<Wait>>> under_way_;  // who waits for the end of which
};

}  // namespace brickwork::local
