#include <boost/json/array.hpp>
#include <charconv>
#include <map>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"
#include "local/sql/routes.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kDefaultResults = 100;
constexpr std::int64_t kMostResults = 1000;

std::string status_of(const std::string& state) {
  if (state == "PENDING") return "QUEUED";
  if (state == "SUCCEEDED" || state == "CLOSED") return "FINISHED";
  return state;
}

std::vector<std::string> states_of(const std::string& status) {
  if (status == "QUEUED") return {"PENDING"};
  if (status == "FINISHED") return {"SUCCEEDED", "CLOSED"};
  if (status == "RUNNING" || status == "FAILED" || status == "CANCELED") return {status};
  if (status == "COMPILED" || status == "COMPILING" || status == "STARTED") return {"none is ever in it"};
  throw invalid_parameter("'" + status.substr(0, 50) + "' is no status of a query.");
}

// The word that a statement begins with, as far as Databricks names it.
std::string statement_type(const std::string& text) {
  static const std::vector<std::string> types = {
      "ALTER",    "ANALYZE", "COPY",    "CREATE", "DELETE", "DESCRIBE", "DROP", "EXPLAIN",  "GRANT",  "INSERT", "MERGE",
      "OPTIMIZE", "REFRESH", "REPLACE", "REVOKE", "SELECT", "SET",      "SHOW", "TRUNCATE", "UPDATE", "USE"};
  std::string word;
  for (const char c : text.substr(std::min(text.size(), text.find_first_not_of(" \t\r\n(")))) {
    if (std::isalpha(static_cast<unsigned char>(c)) == 0) break;
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  if (word == "WITH" || word == "VALUES" || word == "FROM") return "SELECT";
  return std::find(types.begin(), types.end(), word) == types.end() ? "OTHER" : word;
}

std::int64_t rows_of(const Statement& statement) {
  std::int64_t rows = 0;
  if (const json::value* chunks = statement.outcome.if_contains("chunks"))
    for (const json::value& chunk : chunks->as_array()) rows += chunk.at("row_count").as_int64();
  return rows;
}

json::object described(const Statement& statement, bool with_metrics, std::int64_t now_ms) {
  const std::int64_t duration = statement.ended_at.value_or(now_ms) - statement.submitted_at;
  json::object query{{"query_id", statement.id},
                     {"lookup_key", statement.id},
                     {"status", status_of(statement.state)},
                     {"query_text", statement.text},
                     {"statement_type", statement_type(statement.text)},
                     {"query_start_time_ms", statement.submitted_at},
                     {"user_id", statement.user_id},
                     {"user_name", statement.user_name},
                     {"executed_as_user_id", statement.user_id},
                     {"executed_as_user_name", statement.user_name},
                     {"warehouse_id", statement.warehouse_id},
                     {"endpoint_id", statement.warehouse_id},
                     {"duration", duration},
                     {"rows_produced", rows_of(statement)},
                     {"is_final", statement.is_ended()}};
  if (statement.ended_at) {
    query["execution_end_time_ms"] = *statement.ended_at;
    query["query_end_time_ms"] = *statement.ended_at;
  }
  if (statement.state == "FAILED") query["error_message"] = statement.outcome.at("message");
  if (with_metrics)
    query["metrics"] = {{"total_time_ms", duration},
                        {"execution_time_ms", statement.ended_at.value_or(now_ms) -
                                                  statement.started_at.value_or(statement.ended_at.value_or(now_ms))},
                        {"rows_produced_count", rows_of(statement)}};
  return query;
}

std::int64_t number_of(const std::string& name, const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw invalid_parameter(name + " must be a number, not '" + text.substr(0, 50) + "'.");
  return number;
}

// filter_by comes as names with dots, once for each value.
StatementStore::Filter filter_of(const Request& request) {
  StatementStore::Filter filter;
  for (const auto& [name, value] : request.query_list) {
    if (name == "filter_by.statuses") {
      for (std::string& state : states_of(value)) filter.states.push_back(std::move(state));
    } else if (name == "filter_by.warehouse_ids") {
      filter.warehouse_ids.push_back(value);
    } else if (name == "filter_by.statement_ids") {
      filter.ids.push_back(value);
    } else if (name == "filter_by.user_ids") {
      filter.user_ids.push_back(number_of(name, value));
    } else if (name == "filter_by.query_start_time_range.start_time_ms") {
      filter.from_ms = number_of(name, value);
    } else if (name == "filter_by.query_start_time_range.end_time_ms") {
      filter.to_ms = number_of(name, value);
    }
  }
  return filter;
}

// A page goes on behind the last one as of the first one's moment, so that statements that come meanwhile move nothing.
Response list(Statements& statements, const Request& request) {
  const json::object& arguments = request.arguments();
  const std::int64_t limit = integer_field(arguments, "max_results").value_or(kDefaultResults);
  if (limit < 1 || limit > kMostResults)
    throw invalid_parameter("max_results must be between 1 and " + std::to_string(kMostResults) + ".");
  StatementStore::Filter filter = filter_of(request);
  // Who is no admin sees what is theirs.
  if (!request.caller.is_admin()) filter.user_ids = {request.caller.user_id};
  std::string query = "sql history";
  for (const auto& [name, value] : request.query_list)
    if (name.starts_with("filter_by.")) query.append("&").append(name).append("=").append(value);
  const auto position = page_position(text_field(arguments, "page_token").value_or(""), query, 2);
  const std::int64_t moment = position.empty() ? statements.now_ms() : position[0];
  const std::int64_t skip = position.empty() ? 0 : position[1];
  filter.to_ms = std::min(filter.to_ms.value_or(moment), moment);
  std::vector<Statement> found = statements.store().list(filter, skip, limit + 1);
  const bool more = static_cast<std::int64_t>(found.size()) > limit;
  if (more) found.pop_back();
  json::array shown;
  for (const Statement& statement : found)
    shown.push_back(
        described(statement, flag_field(arguments, "include_metrics").value_or(false), statements.now_ms()));
  json::object answer{{"has_next_page", more}, {"res", std::move(shown)}};
  if (more) answer["next_page_token"] = page_token({moment, skip + limit}, query);
  return json_response(answer);
}

}  // namespace

void add_query_history(Router& router, Statements& statements) {
  router.add("GET", "/api/2.0/sql/history/queries",
             [&statements](const Request& request) { return list(statements, request); });
}

}  // namespace brickwork::local
