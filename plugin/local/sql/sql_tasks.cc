#include "local/sql/sql_tasks.h"

#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <fstream>
#include <iterator>

#include "local/api_error.h"
#include "local/execution/members.h"
#include "local/fields.h"
#include "local/sql/alert_condition.h"
#include "local/sql/iso_time.h"
#include "local/sql/query_parameters.h"
#include "local/sql_output.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMostRows = 1000;
constexpr std::size_t kMostReferenceBytes = 49'152;
constexpr std::int64_t kAnyTimeMs = 365LL * 24 * 3'600'000;

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

struct SqlTasks::Tasks {
  ExecutionContext& context;
  Statements& statements;
  SqlObjects& objects;
  std::map<std::int64_t, std::shared_ptr<Task>> running;
};

// One attempt of one task.
class SqlTasks::Task : public std::enable_shared_from_this<Task> {
 public:
  Task(std::shared_ptr<Tasks> tasks, TaskStart start, std::function<void()> running, std::function<void(TaskEnd)> done)
      : shared_(std::move(tasks)),
        tasks_(*shared_),
        start_(std::move(start)),
        running_(std::move(running)),
        done_(std::move(done)) {}

  void begin() {
    attempt([this] {
      const json::object& sql = start_.task.at("sql_task").as_object();
      request_.warehouse_id = required_text(sql, "warehouse_id");
      request_.disposition = "EXTERNAL_LINKS";  // nobody asks for the result at once: it may be as large as it is
      request_.row_limit = kMostRows;
      for (const auto& [name, value] : object_or_empty(sql, "parameters")) given_[name] = text_of(value);
      if (const json::object* query = object_field(sql, "query")) return run_query(required_text(*query, "query_id"));
      if (const json::object* file = object_field(sql, "file")) return run_file(*file);
      if (const json::object* alert = object_field(sql, "alert")) return run_alert(required_text(*alert, "alert_id"));
      end({.kind = TaskEnd::Kind::kNotSupported, .error = "brickwork-local has no dashboards: sql_task.dashboard"});
    });
  }

  void cancel() {
    if (statement_id_.empty()) return end({.kind = TaskEnd::Kind::kCanceled, .error = "Run cancelled"});
    tasks_.statements.cancel(statement_id_);
  }

  std::int64_t id() const { return start_.task_run_id; }

 private:
  void attempt(const std::function<void()>& step) {
    try {
      step();
    } catch (const ApiError& refused) {
      end({.kind = refused.http_status() == 404 ? TaskEnd::Kind::kNotFound : TaskEnd::Kind::kInvalid,
           .error = refused.what()});
    } catch (const std::exception& fault) {
      end({.kind = TaskEnd::Kind::kInternal, .error = fault.what()});
    }
  }

  void run_query(const std::string& id) {
    const SqlObject query = tasks_.objects.get("query", id);
    request_.catalog = text_or_empty(query.document, "catalog");
    request_.schema = text_or_empty(query.document, "schema");
    execute(text_or_empty(query.document, "query_text"), query_parameters(query.document, given_));
  }

  void run_alert(const std::string& id) {
    alert_ = tasks_.objects.get("alert", id);
    run_query(text_or_empty(alert_->document, "query_id"));
  }

  void run_file(const json::object& file) {
    const std::string path = required_text(file, "path");
    const std::string source = text_or_empty(file, "source");
    request_.is_script = true;
    if (source != "GIT" && (!source.empty() || !start_.git_source)) {
      if (!path.starts_with('/')) throw invalid_parameter("The path of a SQL file must be absolute: " + path);
      return run_file_at(WorkspaceTree::normal(path), path);
    }
    if (!start_.git_source) throw invalid_parameter("The source of the task is GIT, but the job has no git_source.");
    const auto below = std::filesystem::path(path).lexically_normal();
    if (path.starts_with('/') || below.empty() || *below.begin() == "..")
      throw invalid_parameter("Invalid path: " + path + ". It is not below the root of the repository.");
    tasks_.context.checkouts.ask(start_.run_id, *start_.git_source,
                                 [self = shared_from_this(), below, path](const GitCheckouts::Result& found) {
                                   if (!found.error.empty())
                                     return self->end({.kind = TaskEnd::Kind::kCheckoutFailed, .error = found.error});
                                   if (!self->done_) return;
                                   if (self->tasks_.context.host != nullptr)
                                     self->tasks_.context.host->checked_out(self->start_.task_run_id, found.commit);
                                   self->attempt([&] { self->run_file_at(found.path + "/" + below.string(), path); });
                                 });
  }

  void run_file_at(const std::string& workspace_path, const std::string& path) {
    const std::filesystem::path file = tasks_.context.tree.file_of(workspace_path);
    // A link may lead anywhere on this machine.
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file)))
      throw does_not_exist("The SQL file " + path + " does not exist.");
    execute(content_of(file), query_parameters({}, given_));
  }

  void execute(const std::string& text, json::array parameters) {
    request_.text = with_old_style_parameters(text, parameters);
    request_.parameters = std::move(parameters);
    const auto caller_of = tasks_.context.workspace.caller_of;
    const auto caller = caller_of ? caller_of(start_.user_name) : std::nullopt;
    statement_id_ = tasks_.statements.begin(request_, caller.value_or(Caller{.user_name = start_.user_name})).id;
    if (running_) running_();
    tasks_.statements.when_ended(statement_id_, kAnyTimeMs, [self = shared_from_this()] {
      boost::asio::post(self->tasks_.context.loop, [self] { self->attempt([&self] { self->ended(); }); });
    });
  }

  void ended() {
    if (!done_) return;
    const Statement statement = tasks_.statements.get(statement_id_);
    json::object output{{"query_text", request_.text},
                        {"endpoint_id", request_.warehouse_id},
                        {"warehouse_id", request_.warehouse_id},
                        {"sql_statements", json::array{json::object{{"lookup_key", statement_id_}}}},
                        {"output_link", tasks_.context.workspace.url + "/sql/history?lookupKey=" + statement_id_}};
    TaskEnd end;
    if (statement.state == "CANCELED") {
      end = {.kind = TaskEnd::Kind::kCanceled, .error = "Run cancelled"};
    } else if (statement.state == "FAILED") {
      end = {.kind = TaskEnd::Kind::kFailed, .error = text_or_empty(statement.outcome, "message")};
    } else {
      end.task_values[kSqlOutput] = for_references(statement);
    }
    if (alert_ && end.error.empty()) {
      output["alert_state"] = judge_alert(statement);
      end.task_values[kSqlOutput].as_object()["alert_state"] = output.at("alert_state");
    }
    end.output["sql_output"] = json::object{{alert_ ? "alert_output" : "query_output", std::move(output)}};
    this->end(std::move(end));
  }

  std::string rows_of(const Statement& statement) const {
    const auto chunk = tasks_.statements.chunk_file(statement.id, 0);
    return std::filesystem::exists(chunk) ? content_of(chunk) : "[]";
  }

  // Rows as objects, as many as a reference may hold.
  json::object for_references(const Statement& statement) const {
    const json::array& columns = statement.outcome.at("schema").at("columns").as_array();
    json::array rows;
    std::size_t size = 0;
    const json::value all = json::parse(rows_of(statement));
    for (const json::value& row : all.as_array()) {
      json::object named;
      for (std::size_t column = 0; column < columns.size(); ++column)
        named[columns[column].at("name").as_string()] = row.as_array()[column];
      size += json::serialize(named).size() + 1;
      if (size > kMostReferenceBytes) break;
      rows.push_back(std::move(named));
    }
    json::object output;
    if (!rows.empty()) output["first_row"] = rows[0];
    output["rows"] = std::move(rows);
    return output;
  }

  std::string judge_alert(const Statement& statement) {
    std::string state = alert_state(alert_->document.at("condition").as_object(),
                                    statement.outcome.at("schema").as_object(), rows_of(statement));
    alert_->document["state"] = state;
    alert_->update_time = tasks_.objects.now_ms();
    if (state == "TRIGGERED") alert_->document["trigger_time"] = iso_time(alert_->update_time);
    tasks_.objects.save(*alert_);
    return state;
  }

  void end(TaskEnd end) {
    if (!done_) return;
    tasks_.running.erase(start_.task_run_id);
    std::exchange(done_, nullptr)(std::move(end));
  }

  std::shared_ptr<Tasks> shared_;
  Tasks& tasks_;
  TaskStart start_;
  std::function<void()> running_;
  std::function<void(TaskEnd)> done_;
  StatementRequest request_;
  json::object given_;  // the task's parameters, which win over those of a query
  std::optional<SqlObject> alert_;
  std::string statement_id_;
};

SqlTasks::SqlTasks(ExecutionContext& context, Statements& statements, SqlObjects& objects)
    : tasks_(std::make_shared<Tasks>(Tasks{context, statements, objects, {}})) {}

SqlTasks::~SqlTasks() = default;

void SqlTasks::start(TaskStart start, std::function<void()> running, std::function<void(TaskEnd)> done) {
  auto task = std::make_shared<Task>(tasks_, std::move(start), std::move(running), std::move(done));
  boost::asio::post(tasks_->context.loop, [tasks = tasks_, task]() {
    tasks->running[task->id()] = task;
    task->begin();
  });
}

void SqlTasks::cancel(std::int64_t task_run_id) {
  boost::asio::post(tasks_->context.loop, [tasks = tasks_, task_run_id] {
    if (const auto found = tasks->running.find(task_run_id); found != tasks->running.end()) {
      const auto task = found->second;
      task->cancel();
    }
  });
}

}  // namespace brickwork::local
