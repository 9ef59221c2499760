#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace brickwork::local {

struct CommandRecord {
  std::int64_t context = 0;
  std::string status = "Queued";  // Queued, Running, Cancelling, Finished, Cancelled, Error
  boost::json::object results;
};

struct ContextRecord {
  std::string cluster_id;
  std::string language;
  std::string user_name;
  std::string status = "Pending";  // Pending, Running, Error
};

// Execution contexts and their commands. They live no longer than the process that runs them, so they are kept in
// memory only. Any thread may call.
class CommandTable {
 public:
  void add(std::int64_t context, ContextRecord record);
  void add(std::int64_t command, CommandRecord record);
  std::optional<ContextRecord> context(std::int64_t id);
  std::optional<CommandRecord> command(std::int64_t id);
  // What the host says about a context.
  void hear(std::int64_t context, const boost::json::object& message);
  // False when the command has ended already.
  bool cancelling(std::int64_t command);
  void forget(std::int64_t context);

 private:
  void ended(std::int64_t context, const std::string& error);

  std::mutex mutex_;
  std::map<std::int64_t, ContextRecord> contexts_;
  std::map<std::int64_t, CommandRecord> commands_;
};

}  // namespace brickwork::local
