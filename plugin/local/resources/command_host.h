#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <string>

namespace brickwork::local {

// Who runs the commands of execution contexts: the executor. Calls return at once and may come from any thread.
class CommandHost {
 public:
  // What a context says, from a thread of the host's: {"op": "ready"}, {"op": "command", "id", "status", "results"?},
  // and at last {"op": "ended", "error"}.
  using Hear = std::function<void(const boost::json::object&)>;

  virtual ~CommandHost() = default;
  virtual void open_context(std::int64_t context, const std::string& cluster_id, const std::string& language,
                            const std::string& user_name, Hear hear) = 0;
  // {"op": "execute", "id", "language", "command"} or {"op": "cancel", "id"}.
  virtual void tell_context(std::int64_t context, const boost::json::object& message) = 0;
  virtual void close_context(std::int64_t context) = 0;
};

}  // namespace brickwork::local
