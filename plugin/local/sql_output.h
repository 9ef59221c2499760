#pragma once

namespace brickwork::local {

// Among the values of a SQL task: {"rows", "first_row", "alert_state"}, which {{tasks.T.output...}} refers to.
constexpr const char* kSqlOutput = "brickwork.sql_output";

}  // namespace brickwork::local
