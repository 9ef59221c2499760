#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "local/caller.h"

namespace brickwork::local {

struct StatementRequest {
  std::string text;
  std::string warehouse_id;
  std::string catalog;
  std::string schema;
  boost::json::array parameters;  // {"name", "value", "type"}
  std::string disposition = "INLINE";
  std::string format = "JSON_ARRAY";
  std::string on_wait_timeout = "CONTINUE";
  std::int64_t wait_ms = 10'000;
  std::optional<std::int64_t> row_limit;
  std::optional<std::int64_t> byte_limit;
  bool is_script = false;  // several statements, of which the last one has the result
};

// Of the body of POST /api/2.0/sql/statements; everything that is wrong with it is said at once.
StatementRequest statement_request(const boost::json::object& arguments);

// A statement as it was last heard of.
struct Statement {
  std::string id;
  std::string text;
  std::string warehouse_id;
  std::int64_t user_id = 0;
  std::string user_name;
  std::string disposition;
  std::string format;
  std::string state;  // PENDING, RUNNING, SUCCEEDED, FAILED, CANCELED, CLOSED
  std::int64_t submitted_at = 0;
  std::optional<std::int64_t> started_at;
  std::optional<std::int64_t> ended_at;
  // SUCCEEDED: {"schema", "chunks": [{"row_count", "byte_count"}], "truncated"}; FAILED: {"error_code", "message",
  // "sql_state"?}
  boost::json::object outcome;

  bool is_ended() const { return state != "PENDING" && state != "RUNNING"; }
  bool is_inline() const { return disposition == "INLINE"; }
};

}  // namespace brickwork::local
