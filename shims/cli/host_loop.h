#pragma once

#include <brickwork/brickwork.hpp>
#include <cstdint>
#include <functional>
#include <string>

namespace brickwork::cli {

struct Followed {
  Result<std::string> outcome;
  bool interrupted = false;  // Ctrl-C came; the outcome is what the operation ended with after it was told to stop
};

// Starts a verb and serves the client's events until it is done: the loop that any host with poll() has. `on_progress`
// gets each progress document, `on_tick` is called once a second and whenever the terminal changed its size; both may
// be empty. Ctrl-C stops the waiting, never the run.
Followed follow(const Client& client, std::uint32_t verb, const std::string& request, std::int64_t timeout_ms,
                const std::function<void(const std::string&)>& on_progress, const std::function<void()>& on_tick);

}  // namespace brickwork::cli
