#include <boost/asio/post.hpp>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/execution/git_notebook.h"
#include "local/execution/members.h"
#include "local/execution/task_execution.h"

namespace brickwork::local {

namespace json = boost::json;

void TaskExecution::on_message(json::object message) {
  const std::string op = text_or_empty(message, "op");
  if (op == "running") {
    running_since_ = Clock::now();
    if (running_ && !stopped_) running_();
  } else if (op == "task_value") {
    set_task_value(message);
  } else if (op == "command") {
    if (hear_) hear_(message);
  } else if (op == "end") {
    ended_at_ = Clock::now();
    end_message_ = std::move(message);
  } else {
    try {
      on_request(message);
    } catch (const ApiError& error) {
      answer(message, {{"kind", error.error_code()}, {"error", error.what()}});
    } catch (const std::exception& error) {
      answer(message, {{"kind", "INTERNAL_ERROR"}, {"error", error.what()}});
    }
  }
}

void TaskExecution::on_request(const json::object& message) {
  const std::string op = text_or_empty(message, "op");
  if (op == "spark") {
    give_spark(message);
  } else if (op == "notebook") {
    give_notebook(message);
  } else if (op == "secret") {
    check_scope(text_or_empty(message, "scope"));
    const std::string value = context_.secrets.value(text_or_empty(message, "scope"), text_or_empty(message, "key"));
    secrets_.push_back(value);
    answer(message, {{"value", base64_encode(value)}});
  } else if (op == "secrets") {
    check_scope(text_or_empty(message, "scope"));
    const auto keys = context_.secrets.keys(text_or_empty(message, "scope"));
    answer(message, {{"keys", json::array(keys.begin(), keys.end())}});
  } else if (op == "scopes") {
    const auto scopes = context_.secrets.scopes();
    answer(message, {{"scopes", json::array(scopes.begin(), scopes.end())}});
  } else if (op == "run_notebook") {
    run_notebook(message);
  } else {
    answer(message, {{"kind", "INTERNAL_ERROR"}, {"error", "unknown request " + op}});
  }
}

// A message without a key or a value is none of the runtime's, and the channel is not believed any more.
void TaskExecution::set_task_value(const json::object& request) {
  const std::string key(request.at("key").as_string());
  const json::value& value = request.at("value");
  if (context_.host != nullptr && !context_.host->may_set_task_value(task_.task_run_id, key))
    return answer(request, {{"kind", "RESOURCE_EXHAUSTED"},
                            {"error", "The run has 250 task values already, " + key + " cannot be set"}});
  task_values_[key] = value;
  answer(request, {});
}

void TaskExecution::give_notebook(const json::object& request) {
  const std::string path = WorkspaceTree::normal(text_or_empty(request, "path"));
  if (GitCheckouts::holds(path)) {
    if (const auto found = notebook_in_checkout(context_.tree.file_of(path), directory_))
      return answer(request, {{"file", found->file.string()}, {"language", found->language}});
  } else if (const auto found = context_.tree.find(path); found && found->object_type == "NOTEBOOK") {
    return answer(request, {{"file", context_.tree.file_of(path).string()}, {"language", found->language}});
  }
  answer(request,
         {{"kind", "not_found"},
          {"error", "Unable to access the notebook \"" + path +
                        "\" in the workspace. Either it does not exist, or the identity used to run this job, " +
                        task_.user_name + ", lacks the required permissions."}});
}

// A task reads what the user that it runs as may read.
void TaskExecution::check_scope(const std::string& scope) const {
  if (!context_.workspace.caller_of) return;
  const auto caller = context_.workspace.caller_of(task_.user_name);
  context_.secrets.require(caller.value_or(Caller{.user_name = task_.user_name}), scope, SecretPermission::kRead);
}

void TaskExecution::answer(const json::object& request, json::object members) {
  if (!process_) return;
  if (const json::value* id = request.if_contains("id")) members["answer_to"] = *id;
  process_->send(members);
}

void TaskExecution::give_spark(const json::object& request) {
  used_spark_ = true;
  cluster_->spark([self = shared_from_this(), request](const Cluster::Spark& spark) {
    if (spark.error.empty()) return self->answer(request, {{"port", spark.port}, {"secret", spark.secret}});
    self->answer(request, {{"kind", "cluster_error"}, {"error", "Spark did not start: " + spark.error}});
  });
}

// dbutils.notebook.run: a run of its own on the same cluster, which lives no longer than the task that asked for it.
void TaskExecution::run_notebook(const json::object& request) {
  if (context_.host == nullptr) throw ApiError(400, "FEATURE_DISABLED", "Nobody runs notebooks here");
  has_notebooks_ = true;
  const NotebookRun wanted{.task_run_id = task_.task_run_id,
                           .cluster_id = task_.cluster.cluster_id,
                           .path = text_or_empty(request, "path"),
                           .arguments = request.at("arguments").as_object(),
                           .timeout_seconds = request.at("timeout_seconds").to_number<std::int64_t>(),
                           .user_name = task_.user_name};
  context_.host->run_notebook(wanted, [weak = weak_from_this(), &loop = context_.loop, request](TaskEnd end) {
    boost::asio::post(loop, [weak, request, end = std::move(end)] {
      if (const auto self = weak.lock()) self->finish_notebook(request, end);
    });
  });
}

void TaskExecution::finish_notebook(const json::object& request, const TaskEnd& end) {
  if (end.kind == TaskEnd::Kind::kSuccess) return answer(request, {{"result", end.notebook_result.value_or("")}});
  answer(request, {{"kind", "FAILED"}, {"error", end.error}});
}

void TaskExecution::end_notebooks() {
  if (has_notebooks_ && context_.host != nullptr) context_.host->end_notebooks_of(task_.task_run_id);
}

}  // namespace brickwork::local
