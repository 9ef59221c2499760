#include "local/execution/task_execution.h"

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

#include "local/api_error.h"
#include "local/execution/log_file.h"
#include "local/execution/members.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

// Databricks gives a cancelled task half a minute; a task that cleans up on SIGTERM needs less, and a user waits.
constexpr milliseconds kGrace{5000};
constexpr std::size_t kLogLimit = 5'000'000;
constexpr std::size_t kCrashLog = 4000;

TaskEnd::Kind kind_of(const std::string& status) {
  if (status == "success") return TaskEnd::Kind::kSuccess;
  if (status == "not_found") return TaskEnd::Kind::kNotFound;
  if (status == "not_supported") return TaskEnd::Kind::kNotSupported;
  if (status == "cluster_error") return TaskEnd::Kind::kClusterError;
  if (status == "INVALID_PARAMETER_VALUE") return TaskEnd::Kind::kInvalid;
  return TaskEnd::Kind::kFailed;
}

}  // namespace

TaskExecution::TaskExecution(ExecutionContext& context, TaskStart task, std::shared_ptr<Cluster> cluster,
                             std::function<void()> running, Done done)
    : context_(context),
      task_(std::move(task)),
      kind_(task_kind(task_)),
      cluster_(std::move(cluster)),
      running_(std::move(running)),
      done_(std::move(done)),
      directory_(context.workspace.state_dir / "tasks" / std::to_string(task_.task_run_id)) {}

void TaskExecution::begin() {
  if (kind_.refused) return finish(*kind_.refused);
  attempt([this] { kind_.from_git ? check_out() : prepare_cluster(); });
}

void TaskExecution::check_out() {
  context_.checkouts.ask(task_.run_id, *task_.git_source,
                         [self = shared_from_this()](const GitCheckouts::Result& checkout) {
                           if (!checkout.error.empty())
                             return self->finish({.kind = TaskEnd::Kind::kCheckoutFailed, .error = checkout.error});
                           json::value& path = self->kind_.spec["path"];
                           path = checkout.path + "/" + std::string(path.as_string());
                           if (self->context_.host != nullptr && self->done_)
                             self->context_.host->checked_out(self->task_.task_run_id, checkout.commit);
                           self->attempt([&self] { self->prepare_cluster(); });
                         });
}

void TaskExecution::prepare_cluster() {
  cluster_->prepare([self = shared_from_this()](const std::string& error) {
    if (!error.empty()) return self->finish({.kind = TaskEnd::Kind::kClusterError, .error = error});
    self->attempt([&self] { self->install_libraries(); });
  });
}

void TaskExecution::install_libraries() {
  json::array libraries = libraries_of(task_);
  for (const ClusterLibrary& library : context_.records.libraries(cluster_->cluster_id()))
    if (library.status == "PENDING" || library.status == "INSTALLING") libraries.push_back(library.library);
  cluster_->install(libraries, [self = shared_from_this()](const std::string& error) {
    if (!error.empty()) return self->finish({.kind = TaskEnd::Kind::kLibraryError, .error = error});
    self->attempt([&self] { self->start_process(); });
  });
}

// Whatever goes wrong on the way to the task's process is how the task ended.
void TaskExecution::attempt(const std::function<void()>& step) {
  if (!done_) return;  // stopped in the meantime
  try {
    step();
  } catch (const ApiError& refused) {
    finish({.kind = TaskEnd::Kind::kInvalid, .error = refused.what()});
  } catch (const std::exception& fault) {
    finish({.kind = TaskEnd::Kind::kInternal, .error = fault.what()});
  }
}

void TaskExecution::start_process() {
  std::filesystem::create_directories(directory_);
  Process::Callbacks callbacks;
  callbacks.on_message = [self = shared_from_this()](json::object message) { self->on_message(std::move(message)); };
  callbacks.on_exit = [self = shared_from_this()](const ProcessExit& exit) { self->on_exit(exit); };
  json::object spec = process_spec();
  process_ = cluster_->start_task(directory_, directory_ / "output.log", std::move(callbacks));
  process_->send(spec);
  for (const json::object& message : std::exchange(untold_, {})) process_->send(message);
}

void TaskExecution::tell(const json::object& message) {
  if (process_) return process_->send(message);
  if (done_) untold_.push_back(message);
}

json::object TaskExecution::process_spec() {
  json::object spec = kind_.spec;
  json::object environment;
  for (const auto& [name, value] : cluster_->environment(secrets_)) environment[name] = value;
  spec["environment"] = std::move(environment);
  json::object driver = cluster_->driver_start(secrets_);
  if (kind_.own_application) spec["driver"] = std::move(driver);
  spec["redact"] = json::array(secrets_.begin(), secrets_.end());
  spec["site_dirs"] = [&] {
    const auto directories = cluster_->site_directories();
    return json::array(directories.begin(), directories.end());
  }();
  spec["session_conf"] = {{"spark.databricks.job.id", std::to_string(task_.job_id)},
                          {"spark.databricks.job.runId", std::to_string(task_.run_id)}};
  spec["driver_logs"] = cluster_->driver_logs().string();
  spec["state_dir"] = context_.workspace.state_dir.string();
  spec["task_dir"] = directory_.string();
  spec["job_id"] = task_.job_id;
  spec["run_id"] = task_.run_id;
  spec["task_run_id"] = task_.task_run_id;
  spec["task_key"] = task_.task_key;
  spec["job_name"] = task_.job_name;
  spec["task_values"] = task_.task_values;
  spec["user_name"] = task_.user_name;
  spec["cluster_id"] = cluster_->cluster_id();
  spec["workspace_id"] = context_.workspace.workspace_id;
  spec["url"] = context_.workspace.url;
  spec["token"] =
      context_.workspace.task_token ? context_.workspace.task_token(task_.user_name) : context_.workspace.token;
  return spec;
}

void TaskExecution::stop(TaskEnd::Kind kind, std::string error) {
  if (stopped_ || end_message_ || !done_) return;
  stopped_ = TaskEnd{.kind = kind, .error = std::move(error)};
  if (!ended_at_) ended_at_ = Clock::now();
  end_notebooks();
  if (process_) return process_->terminate(kGrace);
  // The cluster is being prepared or left. What it does is not for this task alone and goes on.
  finish(*stopped_);
}

void TaskExecution::abandon() {
  process_.reset();
  done_ = nullptr;
}

void TaskExecution::on_exit(const ProcessExit& exit) {
  process_.reset();
  end_notebooks();
  TaskEnd end = described_end(exit);
  redact(end);
  if (!used_spark_) return finish(std::move(end));
  cluster_->task_left(std::to_string(task_.task_run_id),
                      [self = shared_from_this(), end = std::move(end)]() mutable { self->finish(std::move(end)); });
}

TaskEnd TaskExecution::described_end(const ProcessExit& exit) {
  TaskEnd end;
  if (end_message_) {
    end.kind = kind_of(text_or_empty(*end_message_, "status"));
    end.error = text_or_empty(*end_message_, "error");
    end.error_trace = text_or_empty(*end_message_, "trace");
    if (end_message_->contains("result")) end.notebook_result = text_or_empty(*end_message_, "result");
    if (const json::value* cut = end_message_->if_contains("result_truncated")) end.result_truncated = cut->as_bool();
    if (const json::value* views = end_message_->if_contains("views"))
      for (const json::value& view : views->as_array())
        end.views.push_back(
            {.name = text_or_empty(view.as_object(), "name"), .html = text_or_empty(view.as_object(), "html")});
  } else if (stopped_) {
    end = *stopped_;
  } else {
    end.kind = TaskEnd::Kind::kFailed;
    end.error =
        "The Python process of task " + task_.task_key + " ended with " + exit.text() + " before the task was finished";
    // A crash of native code says why on stderr and nowhere else.
    end.error_trace = log_tail(directory_ / "output.log", kCrashLog).text;
  }
  add_logs(end);
  return end;
}

std::string TaskExecution::printed_so_far() const {
  TaskEnd so_far;
  if (!process_) return "";
  add_logs(so_far);
  redact(so_far);
  return so_far.logs;
}

void TaskExecution::add_logs(TaskEnd& end) const {
  if (kind_.is_notebook) return;
  LogTail tail = log_tail(directory_ / "output.log", kLogLimit);
  if (!tail.text.empty() && tail.text.back() != '\n') tail.text += '\n';
  end.logs = std::move(tail.text);
  end.logs_truncated = tail.truncated;
}

// The runtime has redacted what passed through Python; this is for what native code and subprocesses wrote.
void TaskExecution::redact(TaskEnd& end) const {
  for (const std::string& secret : secrets_)
    for (std::string* text : {&end.error, &end.error_trace, &end.logs}) local::redact(*text, secret);
}

void TaskExecution::finish(TaskEnd end) {
  if (!done_) return;
  const auto now = Clock::now();
  const auto running = running_since_.value_or(ended_at_.value_or(now));
  const auto ended = ended_at_.value_or(now);
  end.is_notebook = kind_.is_notebook;
  end.task_values = std::move(task_values_);
  end.setup_ms = duration_cast<milliseconds>(running - started_).count();
  end.execution_ms = duration_cast<milliseconds>(ended - running).count();
  end.cleanup_ms = duration_cast<milliseconds>(now - ended).count();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
  boost::asio::post(context_.loop,
                    [done = std::exchange(done_, nullptr), end = std::move(end)]() mutable { done(std::move(end)); });
}

}  // namespace brickwork::local
