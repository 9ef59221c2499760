#include "local/jobs/run_store.h"

#include <boost/json/array.hpp>

namespace brickwork::local {
namespace {

using boost::json::object;

constexpr std::string_view kSchema = R"sql(
create table if not exists runs(
  run_id integer primary key, job_id integer not null, run_type text not null, active integer not null,
  start_time integer not null, end_time integer not null, body text not null, settings text not null);
create index if not exists runs_by_job on runs(job_id);
create index if not exists runs_active on runs(active, start_time);
create table if not exists task_runs(
  task_run_id integer primary key, run_id integer not null, position integer not null, body text not null,
  definition text not null);
create index if not exists task_runs_by_run on task_runs(run_id, position);
create table if not exists task_outputs(task_run_id integer primary key, body text not null);
create table if not exists idempotency_tokens(token text primary key, run_id integer not null);
)sql";

object to_json(const TaskEnd& end) {
  object shown{{"kind", static_cast<int>(end.kind)},       {"error", end.error},
               {"error_trace", end.error_trace},           {"logs", end.logs},
               {"logs_truncated", end.logs_truncated},     {"is_notebook", end.is_notebook},
               {"result_truncated", end.result_truncated}, {"output", end.output}};
  if (end.notebook_result) shown["notebook_result"] = *end.notebook_result;
  boost::json::array& views = shown["views"].emplace_array();
  for (const TaskEnd::View& view : end.views)
    views.push_back(object{{"name", view.name}, {"type", view.type}, {"content", view.html}});
  return shown;
}

TaskEnd end_from_json(const object& from) {
  TaskEnd end;
  end.kind = static_cast<TaskEnd::Kind>(from.at("kind").as_int64());
  end.error = from.at("error").as_string();
  end.error_trace = from.at("error_trace").as_string();
  end.logs = from.at("logs").as_string();
  end.logs_truncated = from.at("logs_truncated").as_bool();
  end.is_notebook = from.at("is_notebook").as_bool();
  if (from.contains("notebook_result")) end.notebook_result = std::string(from.at("notebook_result").as_string());
  end.result_truncated = from.at("result_truncated").as_bool();
  end.output = from.at("output").as_object();
  for (const boost::json::value& view : from.at("views").as_array())
    end.views.push_back({std::string(view.at("name").as_string()), std::string(view.at("type").as_string()),
                         std::string(view.at("content").as_string())});
  return end;
}

SharedObject shared(boost::json::value value) {
  return std::make_shared<const object>(value.is_object() ? std::move(value.get_object()) : object{});
}

void save_task(Transaction& transaction, const Run& run, std::size_t position) {
  const TaskRun& task = run.tasks[position];
  transaction.run(
      "insert into task_runs values(?, ?, ?, ?, ?) on conflict(task_run_id) do update set body = excluded.body",
      task.run_id, run.run_id, static_cast<std::int64_t>(position), boost::json::value(to_json(task)),
      boost::json::value(*task.definition));
}

}  // namespace

RunStore::RunStore(Store& store) : store_(store) { store_.create(kSchema); }

void RunStore::save(const Run& run, const std::set<std::int64_t>& tasks, bool with_settings,
                    const std::string& idempotency_token) {
  Transaction transaction(store_);
  const bool active = !run.state.is_final();
  const boost::json::value body = to_json(run);
  if (with_settings)
    transaction.run("insert or replace into runs values(?, ?, ?, ?, ?, ?, ?, ?)", run.run_id, run.job_id, run.run_type,
                    active, run.start_time, run.end_time, body, boost::json::value(*run.settings));
  else
    transaction.run("update runs set active = ?, start_time = ?, end_time = ?, body = ? where run_id = ?", active,
                    run.start_time, run.end_time, body, run.run_id);
  for (std::size_t position = 0; position < run.tasks.size(); ++position)
    if (tasks.contains(run.tasks[position].run_id)) save_task(transaction, run, position);
  if (!idempotency_token.empty())
    transaction.run("insert into idempotency_tokens values(?, ?)", idempotency_token, run.run_id);
  transaction.commit();
}

void RunStore::save_output(std::int64_t task_run_id, const TaskEnd& end) {
  Transaction transaction(store_);
  transaction.run("insert or replace into task_outputs values(?, ?)", task_run_id, boost::json::value(to_json(end)));
  transaction.commit();
}

std::optional<TaskEnd> RunStore::load_output(std::int64_t task_run_id) {
  Transaction transaction(store_);
  Rows rows = transaction.query("select body from task_outputs where task_run_id = ?", task_run_id);
  if (!rows.next()) return std::nullopt;
  return end_from_json(rows.json(0).as_object());
}

std::optional<Run> RunStore::load_without_tasks(std::int64_t run_id) {
  Transaction transaction(store_);
  Rows rows = transaction.query("select body, settings from runs where run_id = ?", run_id);
  if (!rows.next()) return std::nullopt;
  Run run = run_from_json(rows.json(0).as_object());
  run.settings = shared(rows.json(1));
  return run;
}

std::optional<Run> RunStore::load(std::int64_t run_id) {
  std::optional<Run> run = load_without_tasks(run_id);
  if (!run) return std::nullopt;
  Transaction transaction(store_);
  Rows rows = transaction.query("select body, definition from task_runs where run_id = ? order by position", run_id);
  while (rows.next()) {
    TaskRun task = task_run_from_json(rows.json(0).as_object());
    task.definition = shared(rows.json(1));
    run->tasks.push_back(std::move(task));
  }
  return run;
}

std::optional<std::int64_t> RunStore::run_of(std::int64_t run_or_task_run_id) {
  Transaction transaction(store_);
  Rows rows = transaction.query(
      "select run_id from runs where run_id = ? union all select run_id from task_runs where task_run_id = ?",
      run_or_task_run_id, run_or_task_run_id);
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

std::optional<std::int64_t> RunStore::run_of_token(const std::string& idempotency_token) {
  Transaction transaction(store_);
  Rows rows = transaction.query("select run_id from idempotency_tokens where token = ?", idempotency_token);
  if (!rows.next()) return std::nullopt;
  return rows.integer(0);
}

std::vector<std::int64_t> RunStore::active_runs() {
  Transaction transaction(store_);
  Rows rows = transaction.query("select run_id from runs where active order by start_time, rowid");
  std::vector<std::int64_t> ids;
  while (rows.next()) ids.push_back(rows.integer(0));
  return ids;
}

std::vector<ListPlace> RunStore::list(const RunFilter& filter, const ListPage& page) {
  static const std::string select =
      "select active, case when active then start_time else end_time end as time, run_id from runs"
      " where (?1 is null or job_id = ?1) and (?2 = '' or run_type = ?2) and (?3 = 0 or active)"
      " and (?4 = 0 or not active) and (?5 is null or start_time >= ?5) and (?6 is null or start_time <= ?6)"
      " and (?2 = 'WORKFLOW_RUN' or run_type <> 'WORKFLOW_RUN')";
  static const std::string forward = select +
                                     " and (?7 = 0 or (active, time, run_id) < (?8, ?9, ?10))"
                                     " order by active desc, time desc, run_id desc limit ?11 offset ?12";
  static const std::string backward = select +
                                      " and (?7 = 0 or (active, time, run_id) > (?8, ?9, ?10))"
                                      " order by active, time, run_id limit ?11 offset ?12";
  Transaction transaction(store_);
  const ListPlace place = page.beside.value_or(ListPlace());
  Rows rows =
      transaction.query(page.backward ? backward : forward, filter.job_id, filter.run_type, filter.active_only,
                        filter.completed_only, filter.start_time_from, filter.start_time_to, page.beside.has_value(),
                        place.active, place.time_ms, place.id, page.limit + 1, page.offset);
  std::vector<ListPlace> places;
  while (rows.next()) places.push_back({rows.integer(0), rows.integer(1), rows.integer(2)});
  return places;
}

std::vector<std::int64_t> RunStore::ended_before(std::int64_t time_ms) {
  Transaction transaction(store_);
  Rows rows = transaction.query("select run_id from runs where not active and end_time < ?", time_ms);
  std::vector<std::int64_t> ids;
  while (rows.next()) ids.push_back(rows.integer(0));
  return ids;
}

void RunStore::remove(std::int64_t run_id) {
  Transaction transaction(store_);
  transaction.run("delete from task_outputs where task_run_id in (select task_run_id from task_runs where run_id = ?)",
                  run_id);
  transaction.run("delete from task_runs where run_id = ?", run_id);
  transaction.run("delete from runs where run_id = ?", run_id);
  transaction.commit();
}

}  // namespace brickwork::local
