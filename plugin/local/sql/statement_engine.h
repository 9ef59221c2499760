#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>

namespace brickwork::local {

// Who runs statements. Calls return at once and may come from any thread.
class StatementEngine {
 public:
  // {"id", "state", ...}: RUNNING, and at last SUCCEEDED, FAILED or CANCELED with what statement.h calls the outcome.
  using Hear = std::function<void(boost::json::object)>;

  virtual ~StatementEngine() = default;
  // Before the first statement. What is heard comes from one thread of the engine's.
  virtual void listen(Hear hear) = 0;
  // {"id", "statement", "parameters", "catalog", "schema", "format", "inline", "row_limit", "byte_limit", "directory"}
  virtual void execute(boost::json::object statement) = 0;
  virtual void cancel(const std::string& id) = 0;
};

}  // namespace brickwork::local
