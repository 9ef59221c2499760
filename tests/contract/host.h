#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>
#include <vector>

#include "abi/library.h"
#include "contract/workspace.h"

namespace brickwork::contract {

namespace json = boost::json;

// What a verb came to, as a host sees it.
struct Answer {
  bw_status status = BW_OK;
  json::object response;
  json::object error;
  std::string message;
};

// A scheduler in miniature: one client of the loaded library on one workspace.
class Host {
 public:
  explicit Host(const LocalWorkspace& workspace, json::object connection = {});
  Host(std::string url, std::string token, json::object connection = {});
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  Answer call(std::uint32_t verb, const json::object& request, std::int64_t timeout_ms = 120'000) const;
  // The response, or a failed test with the error in it.
  json::object done(std::uint32_t verb, const json::object& request) const;

  std::uint64_t start(std::uint32_t verb, const json::object& request, std::int64_t timeout_ms = 120'000) const;
  // Sleeps on the descriptor until the operation is over; each progress document goes to `told` on the way.
  Answer wait(std::uint64_t op, const std::function<void(const json::object&)>& told = {}) const;
  void stop(std::uint64_t op) const;

  // One request past the verbs, for what a test needs to set up or to count.
  json::object rest(const std::string& method, const std::string& path, json::value body = {}) const;
  void write_notebook(const std::string& path, const std::string& source) const;
  // How many requests of each kind the workspace counted since the last call, as "POST /api/2.2/jobs/run-now".
  std::vector<std::string> requests() const;
  // What goes wrong next: {method, path, count?, fault: {kind, ...}}.
  void disturb(json::array rules) const;

 private:
  void open(const std::string& url, const std::string& token, json::object connection);

  const bw_api& api_;
  bw_client* client_ = nullptr;
};

const json::object& task_of(const json::object& state, std::string_view path);
std::string_view text(const json::object& object, std::string_view name);

}  // namespace brickwork::contract
