#include "local/resources/command_table.h"

#include "local/fields.h"

namespace brickwork::local {
namespace {

bool is_final(const std::string& status) { return status == "Finished" || status == "Cancelled" || status == "Error"; }

}  // namespace

void CommandTable::add(std::int64_t context, ContextRecord record) {
  const std::lock_guard lock(mutex_);
  contexts_[context] = std::move(record);
}

void CommandTable::add(std::int64_t command, CommandRecord record) {
  const std::lock_guard lock(mutex_);
  commands_[command] = std::move(record);
}

std::optional<ContextRecord> CommandTable::context(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = contexts_.find(id);
  return found == contexts_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<CommandRecord> CommandTable::command(std::int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = commands_.find(id);
  return found == commands_.end() ? std::nullopt : std::optional(found->second);
}

void CommandTable::hear(std::int64_t context, const boost::json::object& message) {
  const std::string op = text_field(message, "op").value_or("");
  const std::lock_guard lock(mutex_);
  const auto known = contexts_.find(context);
  if (known == contexts_.end()) return;
  if (op == "ready") known->second.status = "Running";
  if (op == "ended") ended(context, text_field(message, "error").value_or("The context has ended"));
  if (op != "command") return;
  const auto command = commands_.find(integer_field(message, "id").value_or(0));
  if (command == commands_.end() || is_final(command->second.status)) return;
  const std::string status = text_field(message, "status").value_or("Error");
  // A command that is to be cancelled is so from the request on, whatever it still gets to do.
  if (command->second.status != "Cancelling" || is_final(status)) command->second.status = status;
  if (const boost::json::object* results = object_field(message, "results")) command->second.results = *results;
}

// Its commands end with it, each with the reason.
void CommandTable::ended(std::int64_t context, const std::string& error) {
  contexts_[context].status = "Error";
  for (auto& [id, command] : commands_) {
    if (command.context != context || is_final(command.status)) continue;
    command.status = command.status == "Cancelling" ? "Cancelled" : "Error";
    command.results = {{"resultType", "error"}, {"summary", error}, {"cause", error}};
  }
}

bool CommandTable::cancelling(std::int64_t command) {
  const std::lock_guard lock(mutex_);
  const auto found = commands_.find(command);
  if (found == commands_.end() || is_final(found->second.status)) return false;
  found->second.status = "Cancelling";
  return true;
}

void CommandTable::forget(std::int64_t context) {
  const std::lock_guard lock(mutex_);
  contexts_.erase(context);
  std::erase_if(commands_, [&](const auto& entry) { return entry.second.context == context; });
}

}  // namespace brickwork::local
