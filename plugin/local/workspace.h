#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "local/caller.h"
#include "local/store.h"

namespace brickwork::local {

// What every resource needs to know about the workspace it belongs to. Made by main, outlives all of them.
struct Workspace {
  Store& store;
  std::filesystem::path state_dir;
  std::string url;  // "http://127.0.0.1:PORT"; known before any request is served
  std::int64_t workspace_id = 0;
  std::string user_name;  // the admin whose token lies in the token file
  std::string token;      // that token; never to be logged or stored elsewhere
  // For tasks that call back: a token of the user that a task runs as, or "" for one that nobody is. Where it is not
  // set, as in tests, all tasks have `token`.
  std::function<std::string(const std::string& user_name)> task_token = nullptr;
  // Who a task runs as, for what only some may do; where it is not set every task may do everything.
  std::function<std::optional<Caller>(const std::string& user_name)> caller_of = nullptr;
};

// The address that people open and hosts print: {host}/?o={workspace}#job/{job}/run/{run}.
std::string run_page_url(const Workspace& workspace, std::int64_t job_id, std::int64_t run_id);

std::int64_t now_ms();

// Chosen once, by --ids.
enum class IdSize {
  kProduction,  // about 15 digits: fits in a double, so that a client that loses bits is not punished by us
  kLarge,       // above 2^53, so that a client that loses bits is found
  kSmall,       // below 2^31, for clients that hold ids in 32 bits
};
void choose_ids(IdSize size);
std::int64_t new_id();

}  // namespace brickwork::local
