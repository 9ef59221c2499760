#include "local/execution/local_executor.h"

#include <boost/asio/post.hpp>
#include <future>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

constexpr std::chrono::milliseconds kDriverGrace{3000};
constexpr std::chrono::seconds kLongestAnswer{2};

// A task without a cluster (an environment_key, or no compute) has one for itself.
std::string own_cluster_id(const TaskStart& task) { return "serverless-" + std::to_string(task.task_run_id); }

}  // namespace

LocalExecutor::LocalExecutor(Workspace& workspace, WorkspaceTree& tree, ClusterRecords& records, SecretStore& secrets,
                             const ExecutorOptions& options, ClusterRules* rules)
    : ClusterHost(records),
      rules_(rules),
      python_(workspace.state_dir, options.python),
      checkouts_(loop_, workspace.state_dir, std::chrono::seconds(options.git_seconds)),
      context_{loop_, workspace, tree, records, secrets, python_, checkouts_, options.spark_master},
      thread_([this] { loop_.run(); }) {}

LocalExecutor::~LocalExecutor() {
  loop_.stop();
  thread_.join();
  // Tasks, clusters and processes hold each other while something is under way. What is left are the handlers, which go
  // with the loop; each supervisor sees its lifeline break.
  for (const auto& [id, task] : tasks_) task->abandon();
  for (const auto& [id, cluster] : clusters_) cluster->abandon();
  for (const auto& cluster : ending_)
    if (const auto alive = cluster.lock()) alive->abandon();
  checkouts_.abandon();
  tasks_.clear();
  clusters_.clear();
}

void LocalExecutor::start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) {
  boost::asio::post(loop_,
                    [this, task = std::move(task), running = std::move(running), done = std::move(done)]() mutable {
                      begin(std::move(task), std::move(running), std::move(done));
                    });
}

void LocalExecutor::begin(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) {
  std::string error;
  std::shared_ptr<Cluster> cluster = cluster_for(task, error);
  if (!cluster) return done({.kind = TaskEnd::Kind::kClusterError, .error = error});
  const std::int64_t id = task.task_run_id;
  const bool has_record = !task.cluster.cluster_id.empty();
  const bool own_cluster = !has_record && task.cluster.shared_with == 0;
  if (has_record) records_.use_begins(cluster->cluster_id());
  auto finished = [this, id, has_record, own_cluster, cluster, done = std::move(done)](TaskEnd end) {
    tasks_.erase(id);
    if (has_record) records_.use_ends(cluster->cluster_id());
    if (own_cluster) end_cluster(cluster->cluster_id());
    if (end.kind == TaskEnd::Kind::kClusterError) {
      const auto record = records_.find(cluster->cluster_id());
      end.cluster_gone = record && record->is_terminated();
    }
    done(std::move(end));
  };
  auto run =
      std::make_shared<TaskExecution>(context_, std::move(task), cluster, std::move(running), std::move(finished));
  tasks_[id] = run;
  run->begin();
}

std::shared_ptr<Cluster> LocalExecutor::cluster_for(const TaskStart& task, std::string& error) {
  const ClusterUse& use = task.cluster;
  if (use.shared_with != 0) {
    const auto sharing = tasks_.find(use.shared_with);
    if (sharing != tasks_.end()) return sharing->second->cluster();
    error = "The notebook that ran this one has ended";
    return nullptr;
  }
  const std::string id = use.cluster_id.empty() ? own_cluster_id(task) : use.cluster_id;
  if (!use.existing) {
    const auto spec = granted(task, error);
    if (!spec) return nullptr;
    if (!use.cluster_id.empty()) return job_cluster(use, *spec);
    auto own = std::make_shared<Cluster>(context_, id, use.name, *spec);
    clusters_[id] = own;
    return own;
  }
  auto record = records_.find(id);
  if (!record || record->source == "JOB") {
    error = record ? "existing_cluster_id only supports all-purpose cluster IDs" : "Cluster " + id + " does not exist";
    return nullptr;
  }
  if (record->state == "TERMINATING") finish_stop(id);
  const bool starts = records_.begin_start(id, task.user_name);
  std::shared_ptr<Cluster> cluster = cluster_of(*record);
  if (starts) bring_up(cluster);
  return cluster;
}

// A job's cluster is made for the user that the job runs as.
std::optional<boost::json::object> LocalExecutor::granted(const TaskStart& task, std::string& error) {
  if (!context_.workspace.caller_of) return task.cluster.spec;
  try {
    const auto known = context_.workspace.caller_of(task.user_name);
    const Caller caller = known.value_or(Caller{.user_name = task.user_name});
    boost::json::object spec = task.cluster.spec;
    if (rules_ != nullptr) spec = rules_->applied(spec, caller, "job");
    context_.secrets.require_named_in(spec, caller);
    return spec;
  } catch (const ApiError& refused) {
    error = refused.what();
    return std::nullopt;
  }
}

std::shared_ptr<Cluster> LocalExecutor::job_cluster(const ClusterUse& use, const boost::json::object& spec) {
  const bool is_new = records_.create_for_job(use.cluster_id, use.name, spec);
  std::shared_ptr<Cluster>& cluster = clusters_[use.cluster_id];
  if (!cluster) cluster = std::make_shared<Cluster>(context_, use.cluster_id, use.name, spec);
  std::shared_ptr<Cluster> used = cluster;  // bringing it up may end it
  if (is_new && rules_ != nullptr)
    for (const boost::json::value& library : rules_->libraries(spec))
      records_.add_library(use.cluster_id, library.as_object());
  if (is_new) bring_up(used);
  return used;
}

std::shared_ptr<Cluster> LocalExecutor::cluster_of(const ClusterRecord& record) {
  std::shared_ptr<Cluster>& cluster = clusters_[record.cluster_id];
  if (!cluster) cluster = std::make_shared<Cluster>(context_, record.cluster_id, record.name, record.spec);
  return cluster;
}

// PENDING or RESTARTING -> RUNNING, or TERMINATED when an init script failed.
void LocalExecutor::bring_up(const std::shared_ptr<Cluster>& cluster) {
  const auto failed = [this, id = cluster->cluster_id()](const std::string& code, const std::string& error) {
    records_.set_terminated(id, code, error, "CLIENT_ERROR");
    end_cluster(id);
  };
  try {
    cluster->prepare([this, failed, started = std::weak_ptr<Cluster>(cluster)](const std::string& error) {
      const auto alive = started.lock();
      if (!alive) return;
      const auto current = clusters_.find(alive->cluster_id());
      if (current == clusters_.end() || current->second != alive) return;  // stopped or restarted meanwhile
      if (!error.empty()) return failed(alive->failure_code(), error);
      records_.set_running(alive->cluster_id());
      install_pending(alive);
    });
  } catch (const std::exception& fault) {  // a secret that its settings name is not there, say
    failed("INVALID_ARGUMENT", fault.what());
  }
}

void LocalExecutor::install_pending(const std::shared_ptr<Cluster>& cluster) {
  const std::string id = cluster->cluster_id();
  boost::json::array libraries;
  for (const ClusterLibrary& library : records_.libraries(id)) {
    if (library.status != "PENDING") continue;
    records_.set_library_status(id, library.library, "INSTALLING", {});
    libraries.push_back(library.library);
  }
  if (libraries.empty()) return;
  cluster->install(libraries, [this, id](const std::string& error) {
    if (!error.empty()) return;  // each library's status says it
    // One that was on the cluster already, for a task, was not installed again and has not been told about.
    for (const ClusterLibrary& library : records_.libraries(id))
      if (library.status == "INSTALLING") records_.set_library_status(id, library.library, "INSTALLED", {});
  });
}

void LocalExecutor::cancel(std::int64_t task_run_id) {
  boost::asio::post(loop_, [this, task_run_id] {
    const auto task = tasks_.find(task_run_id);
    if (task != tasks_.end()) task->second->stop(TaskEnd::Kind::kCanceled, "Run cancelled");
  });
}

void LocalExecutor::cluster_released(const std::string& cluster_id) {
  boost::asio::post(loop_, [this, cluster_id] {
    context_.records.set_terminated(cluster_id, "JOB_FINISHED", "");
    end_cluster(cluster_id);
  });
}

void LocalExecutor::lose_cluster_of(std::int64_t task_run_id, const std::string& message) {
  boost::asio::post(loop_, [this, task_run_id, message] {
    const auto task = tasks_.find(task_run_id);
    if (task == tasks_.end()) return;
    const std::string id = task->second->cluster_id();
    end_tasks_of(id, message);
    if (records_.set_terminated(id, "COMMUNICATION_LOST", message, "CLOUD_FAILURE")) end_cluster(id);
  });
}

std::string LocalExecutor::printed_so_far(std::int64_t task_run_id) {
  const auto answer = std::make_shared<std::promise<std::string>>();
  std::future<std::string> printed = answer->get_future();
  boost::asio::post(loop_, [this, task_run_id, answer] {
    const auto task = tasks_.find(task_run_id);
    answer->set_value(task == tasks_.end() ? "" : task->second->printed_so_far());
  });
  // A loop that has been stopped answers no more.
  return printed.wait_for(kLongestAnswer) == std::future_status::ready ? printed.get() : "";
}

void LocalExecutor::run_released(std::int64_t run_id) {
  boost::asio::post(loop_, [this, run_id] { checkouts_.release(run_id); });
}

void LocalExecutor::start_cluster(const std::string& cluster_id) {
  boost::asio::post(loop_, [this, cluster_id] {
    const auto record = records_.find(cluster_id);
    if (record && (record->state == "PENDING" || record->state == "RESTARTING")) bring_up(cluster_of(*record));
  });
}

void LocalExecutor::stop_cluster(const std::string& cluster_id) {
  boost::asio::post(loop_, [this, cluster_id] { finish_stop(cluster_id); });
}

// Whatever came in between, a start say, has overtaken the stop when the record speaks of none any more.
void LocalExecutor::finish_stop(const std::string& cluster_id) {
  const auto record = records_.find(cluster_id);
  if (record && record->state != "TERMINATING" && record->state != "RESTARTING") return;
  end_tasks_of(cluster_id, "Cluster " + cluster_id + " was terminated");
  end_cluster(cluster_id);
  if (!record) return;
  if (record->state == "RESTARTING") return bring_up(cluster_of(*record));
  records_.set_terminated(cluster_id, record->termination_code, record->state_message);
}

void LocalExecutor::install_libraries(const std::string& cluster_id) {
  boost::asio::post(loop_, [this, cluster_id] {
    const auto record = records_.find(cluster_id);
    if (record && record->state == "RUNNING") install_pending(cluster_of(*record));
  });
}

// A context is a task that waits for commands; its id is the task's run id.
void LocalExecutor::open_context(std::int64_t context, const std::string& cluster_id, const std::string&,
                                 const std::string& user_name, Hear hear) {
  TaskStart start{.task_run_id = context, .task_key = "command"};
  start.task = {{"command_context", boost::json::object{}}};
  start.cluster = {.cluster_id = cluster_id, .existing = true};
  start.user_name = user_name;
  boost::asio::post(loop_, [this, start = std::move(start), hear = std::move(hear)]() mutable {
    begin_context(std::move(start), hear);
  });
}

void LocalExecutor::begin_context(TaskStart start, const Hear& hear) {
  std::string error;
  const std::shared_ptr<Cluster> cluster = cluster_for(start, error);
  if (!cluster) return hear({{"op", "ended"}, {"error", error}});
  const std::int64_t id = start.task_run_id;
  // Only commands are use: a context that somebody forgot must not keep a cluster up.
  const auto use = [this, cluster_id = cluster->cluster_id(), busy = std::make_shared<bool>(false)](bool now) {
    if (*busy == now) return;
    *busy = now;
    now ? records_.use_begins(cluster_id) : records_.use_ends(cluster_id);
  };
  const auto ended = [this, id, hear, use](const TaskEnd& end) {
    tasks_.erase(id);
    use(false);
    hear({{"op", "ended"}, {"error", end.error}});
  };
  const auto run = std::make_shared<TaskExecution>(
      context_, std::move(start), cluster,
      [hear] {
        hear({{"op", "ready"}});
      },
      ended);
  run->listen([hear, use](const boost::json::object& message) {
    use(text_field(message, "status").value_or("") == "Running");
    hear(message);
  });
  tasks_[id] = run;
  run->begin();
}

void LocalExecutor::tell_context(std::int64_t context, const boost::json::object& message) {
  boost::asio::post(loop_, [this, context, message] {
    if (const auto task = tasks_.find(context); task != tasks_.end()) task->second->tell(message);
  });
}

void LocalExecutor::close_context(std::int64_t context) { cancel(context); }

void LocalExecutor::end_tasks_of(const std::string& cluster_id, const std::string& error) {
  for (const auto& [id, task] : tasks_)
    if (task->cluster_id() == cluster_id) task->stop(TaskEnd::Kind::kClusterError, error);
}

void LocalExecutor::end_cluster(const std::string& cluster_id) {
  const auto found = clusters_.extract(cluster_id);
  if (found.empty()) return;
  std::erase_if(ending_, [](const std::weak_ptr<Cluster>& cluster) { return cluster.expired(); });
  ending_.push_back(found.mapped());
  found.mapped()->end(kDriverGrace);
}

}  // namespace brickwork::local
