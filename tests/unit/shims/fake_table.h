#pragma once

#include <brickwork/plugin.h>

#include <cstdint>
#include <string>
#include <vector>

namespace brickwork::fake {

// What a library over this table would do, told by the test, and what it was asked. One at a time: a C table has no
// place for more.
struct Script {
  bw_status open_status = BW_OK;
  bw_status take_status = BW_OK;
  std::string answer = "{}";
  std::string error_message = "no such run";
  std::string error_json = "{}";
  std::vector<bw_event> events;

  std::string config;
  std::string body;
  std::uint32_t verb = 0;
  std::int64_t timeout_ms = 0;
  int clients_open = 0;
  int operations_dropped = 0;
  int buffers_alive = 0;
  int errors_alive = 0;
};

Script& script();
const bw_api& table();

}  // namespace brickwork::fake
