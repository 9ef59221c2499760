#include "local/sql/statements.h"

#include "local/api_error.h"
#include "local/sql/sql_id.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kResultMs = kHourMs;             // results can be had for an hour
constexpr std::int64_t kKnownMs = 12 * kHourMs;         // statements can be asked about for twelve
constexpr std::int64_t kHistoryMs = kHourMs * 24 * 30;  // and are in the history for a month

}  // namespace

Statements::Statements(Workspace& workspace, Clock& clock, WarehouseStore& warehouses, StatementEngine& engine)
    : workspace_(workspace),
      clock_(clock),
      warehouses_(warehouses),
      engine_(engine),
      store_(workspace.store, clock.now_ms()),
      results_(workspace.state_dir / "sql-results") {
  engine_.listen([this](const json::object& message) { heard(message); });
}

std::filesystem::path Statements::chunk_file(const std::string& id, std::int64_t index) const {
  return results_ / id / (std::to_string(index) + ".chunk");
}

Statement Statements::begin(const StatementRequest& request, const Caller& caller) {
  warehouses_.use(warehouses_.get(request.warehouse_id).id);
  forget_results();
  Statement statement{.id = new_sql_id(),
                      .text = request.text,
                      .warehouse_id = request.warehouse_id,
                      .user_id = caller.user_id,
                      .user_name = caller.user_name,
                      .disposition = request.disposition,
                      .format = request.format,
                      .state = "PENDING",
                      .submitted_at = now_ms()};
  store_.add(statement);
  {
    const std::lock_guard lock(mutex_);
    under_way_[statement.id];
  }
  json::object wanted{{"id", statement.id},
                      {"statement", request.text},
                      {"parameters", request.parameters},
                      {"catalog", request.catalog},
                      {"schema", request.schema},
                      {"format", request.format},
                      {"inline", statement.is_inline()},
                      {"directory", (results_ / statement.id).string()},
                      {"is_script", request.is_script}};
  // With which Spark's side finds the catalogs that the caller may see.
  if (workspace_.task_token) {
    wanted["url"] = workspace_.url;
    wanted["token"] = workspace_.task_token(caller.user_name);
  }
  if (request.row_limit) wanted["row_limit"] = *request.row_limit;
  if (request.byte_limit) wanted["byte_limit"] = *request.byte_limit;
  engine_.execute(std::move(wanted));
  return statement;
}

Statement Statements::get(const std::string& id) {
  std::optional<Statement> found = store_.find(id);
  if (!found || (found->ended_at && *found->ended_at + kKnownMs <= now_ms()))
    throw does_not_exist("The statement " + id.substr(0, 100) + " was not found.");
  if (found->state == "SUCCEEDED" && *found->ended_at + kResultMs <= now_ms()) {
    close(id);
    found->state = "CLOSED";
  }
  return std::move(*found);
}

void Statements::when_ended(const std::string& id, std::int64_t at_most_ms, std::function<void()> then) {
  const auto wait = std::make_shared<Wait>();
  wait->then = std::move(then);
  bool is_under_way = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = under_way_.find(id);
    is_under_way = found != under_way_.end() && at_most_ms > 0;
    if (is_under_way) found->second.push_back(wait);
  }
  if (!is_under_way) return wait->end();
  clock_.call_at(now_ms() + at_most_ms, [waiting = std::weak_ptr<Wait>(wait)] {
    if (const auto alive = waiting.lock()) alive->end();
  });
}

void Statements::heard(const json::object& message) {
  const std::string id(message.at("id").as_string());
  const std::string state(message.at("state").as_string());
  if (state == "RUNNING") return store_.set_running(id, now_ms());
  json::object outcome = message;
  for (const char* name : {"op", "id", "state"}) outcome.erase(name);
  store_.set_ended(id, state, outcome, now_ms());
  std::vector<std::shared_ptr<Wait>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (auto found = under_way_.extract(id); !found.empty()) waiting = std::move(found.mapped());
  }
  for (const auto& wait : waiting) wait->end();
}

void Statements::cancel(const std::string& id) {
  {
    const std::lock_guard lock(mutex_);
    if (!under_way_.contains(id)) return;
  }
  engine_.cancel(id);
}

void Statements::close(const std::string& id) {
  cancel(id);
  store_.set_closed(id);
  std::error_code ignored;
  std::filesystem::remove_all(results_ / id, ignored);
}

void Statements::forget_results() {
  for (const std::string& id : store_.succeeded_before(now_ms() - kResultMs)) close(id);
  store_.forget_before(now_ms() - kHistoryMs);
}

}  // namespace brickwork::local
