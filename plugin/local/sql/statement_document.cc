#include "local/sql/statement_document.h"

#include <boost/json/serialize.hpp>
#include <fstream>
#include <iterator>

#include "local/api_error.h"
#include "local/sql/iso_time.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLinkMs = 900'000;

json::object status_of(const Statement& statement) {
  json::object status{{"state", statement.state}};
  if (statement.state != "FAILED") return status;
  status["error"] = {{"error_code", statement.outcome.at("error_code")}, {"message", statement.outcome.at("message")}};
  if (const json::value* state = statement.outcome.if_contains("sql_state")) status["sql_state"] = *state;
  return status;
}

const json::array& chunks_of(const Statement& statement) { return statement.outcome.at("chunks").as_array(); }

// Where a chunk is among the others; without the sizes in bytes, which INLINE has not.
json::object place_of(const Statement& statement, std::int64_t index) {
  std::int64_t row_offset = 0;
  const json::array& chunks = chunks_of(statement);
  for (std::int64_t before = 0; before < index; ++before)
    row_offset += chunks[static_cast<std::size_t>(before)].at("row_count").as_int64();
  const json::value& chunk = chunks[static_cast<std::size_t>(index)];
  json::object place{{"chunk_index", index}, {"row_offset", row_offset}, {"row_count", chunk.at("row_count")}};
  if (!statement.is_inline()) place["byte_count"] = chunk.at("byte_count");
  return place;
}

json::object manifest_of(const Statement& statement) {
  json::array chunks;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  for (const json::value& chunk : chunks_of(statement)) {
    chunks.push_back(place_of(statement, static_cast<std::int64_t>(chunks.size())));
    rows += chunk.at("row_count").as_int64();
    bytes += chunk.at("byte_count").as_int64();
  }
  json::object manifest{
      {"format", statement.format}, {"schema", statement.outcome.at("schema")}, {"total_chunk_count", chunks.size()}};
  if (!chunks.empty()) manifest["chunks"] = std::move(chunks);
  manifest["total_row_count"] = rows;
  if (!statement.is_inline()) manifest["total_byte_count"] = bytes;
  manifest["truncated"] = statement.outcome.at("truncated");
  return manifest;
}

void add_next(json::object& place, const Statement& statement, std::int64_t index) {
  const std::int64_t next = index + 1;
  if (next >= static_cast<std::int64_t>(chunks_of(statement).size())) return;
  place["next_chunk_index"] = next;
  place["next_chunk_internal_link"] = "/api/2.0/sql/statements/" + statement.id + "/result/chunks/" +
                                      std::to_string(next) +
                                      "?row_offset=" + json::serialize(place_of(statement, next).at("row_offset"));
}

std::string without_end(std::string object) {
  object.pop_back();
  return object;
}

}  // namespace

std::string StatementDocument::link_path(const std::string& id, const std::string& index) {
  return "/api/brickwork/sql-results/" + id + "/" + index;
}

// The rows of an INLINE result are in their file as they are answered: they are not read to be written again.
std::string StatementDocument::chunk_text(const Statement& statement, std::int64_t index) const {
  json::object place = place_of(statement, index);
  add_next(place, statement, index);
  if (statement.is_inline()) {
    std::ifstream file(statements_.chunk_file(statement.id, index), std::ios::binary);
    if (!file) throw std::runtime_error("the result of statement " + statement.id + " is gone");
    return without_end(json::serialize(place)) + R"(,"data_array":)" +
           std::string(std::istreambuf_iterator<char>(file), {}) + "}";
  }
  const std::string path = link_path(statement.id, std::to_string(index));
  const std::int64_t expire_time = statements_.now_ms() + kLinkMs;
  place["external_link"] = workspace_.url + path + "?" + urls_.query_for("GET", path, expire_time);
  place["expiration"] = iso_time(expire_time);
  return json::serialize(json::object{{"external_links", json::array{std::move(place)}}});
}

Response StatementDocument::of(const Statement& statement) const {
  json::object shown{{"statement_id", statement.id}, {"status", status_of(statement)}};
  if (statement.state != "SUCCEEDED") return json_response(shown);
  shown["manifest"] = manifest_of(statement);
  const std::string result = chunks_of(statement).empty() ? "{}" : chunk_text(statement, 0);
  return {.body = without_end(json::serialize(shown)) + R"(,"result":)" + result + "}"};
}

Response StatementDocument::chunk(const Statement& statement, std::int64_t index) const {
  if (statement.state == "CLOSED")
    throw ApiError(404, "NOT_FOUND", "The result of statement " + statement.id + " is not available any more.");
  if (statement.state != "SUCCEEDED")
    throw invalid_state("The statement " + statement.id + " has no result, it is in state " + statement.state + ".");
  const auto count = static_cast<std::int64_t>(chunks_of(statement).size());
  if (index < 0 || index >= count)
    throw invalid_parameter("Chunk index " + std::to_string(index) + " is out of range: the result has " +
                            std::to_string(count) + " chunks.");
  return {.body = chunk_text(statement, index)};
}

}  // namespace brickwork::local
