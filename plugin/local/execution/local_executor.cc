#include "local/execution/local_executor.h"

#include <boost/asio/post.hpp>

namespace brickwork::local {
namespace {

constexpr std::chrono::milliseconds kDriverGrace{3000};

// A task without a cluster (an environment_key, or no compute) has one for itself.
std::string own_cluster_id(const TaskStart& task) { return "serverless-" + std::to_string(task.task_run_id); }

}  // namespace

LocalExecutor::LocalExecutor(Workspace& workspace, WorkspaceTree& tree, ClusterRecords& records, SecretStore& secrets,
                             const ExecutorOptions& options)
    : python_(workspace.state_dir, options.python),
      context_{loop_, workspace, tree, records, secrets, python_, options.spark_master},
      thread_([this] { loop_.run(); }) {}

LocalExecutor::~LocalExecutor() {
  loop_.stop();
  thread_.join();
  // Tasks, clusters and processes hold each other while something is under way. What is left are the handlers, which go
  // with the loop; each supervisor sees its lifeline break.
  for (const auto& [id, task] : tasks_) task->abandon();
  for (const auto& [id, cluster] : clusters_) cluster->abandon();
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
  const bool own_cluster = task.cluster.cluster_id.empty();
  auto finished = [this, id, own_cluster, cluster, done = std::move(done)](TaskEnd end) {
    tasks_.erase(id);
    if (own_cluster) end_cluster(cluster->cluster_id());
    done(std::move(end));
  };
  auto run =
      std::make_shared<TaskExecution>(context_, std::move(task), cluster, std::move(running), std::move(finished));
  tasks_[id] = run;
  run->begin();
}

std::shared_ptr<Cluster> LocalExecutor::cluster_for(const TaskStart& task, std::string& error) {
  const ClusterUse& use = task.cluster;
  const std::string id = use.cluster_id.empty() ? own_cluster_id(task) : use.cluster_id;
  boost::json::object spec = use.spec;
  std::string name = use.name;
  if (use.existing) {
    const auto record = context_.records.find(id);
    if (!record) {
      error = "Cluster " + id + " does not exist";
      return nullptr;
    }
    spec = record->spec;
    name = record->name;
    context_.records.set_running(id);
  } else if (!use.cluster_id.empty()) {
    context_.records.create_for_job(id, name, spec);
  }
  std::shared_ptr<Cluster>& cluster = clusters_[id];
  if (!cluster) cluster = std::make_shared<Cluster>(context_, id, name, std::move(spec));
  return cluster;
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

void LocalExecutor::terminate_cluster(const std::string& cluster_id) {
  boost::asio::post(loop_, [this, cluster_id] {
    for (const auto& [id, task] : tasks_)
      if (task->cluster_id() == cluster_id)
        task->stop(TaskEnd::Kind::kClusterError, "Cluster " + cluster_id + " was terminated");
    end_cluster(cluster_id);
  });
}

void LocalExecutor::end_cluster(const std::string& cluster_id) {
  const auto found = clusters_.extract(cluster_id);
  if (!found.empty()) found.mapped()->end(kDriverGrace);
}

}  // namespace brickwork::local
