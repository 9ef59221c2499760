#include "local/execution/make_executor.h"

#include "local/execution/instant_executor.h"
#include "local/execution/local_executor.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {
namespace {

// Owns what the executor and the handlers share. Members are destroyed from the last to the first, so the executor and
// its thread are gone before what they use.
class ExecutorWithResources final : public Executor {
 public:
  ExecutorWithResources(Router& router, Workspace& workspace, const ExecutorOptions& options)
      : tree_(workspace), records_(workspace), secrets_(workspace) {
    if (options.instant) {
      executor_ = std::make_unique<InstantExecutor>();
    } else {
      auto local = std::make_unique<LocalExecutor>(workspace, tree_, records_, secrets_, options);
      terminate_cluster_ = [executor = local.get()](const std::string& id) { executor->terminate_cluster(id); };
      executor_ = std::move(local);
    }
    add_workspace_objects(router, tree_);
    add_secrets(router, secrets_);
    add_dbfs(router, workspace);
    add_clusters(router, workspace, records_, terminate_cluster_);
  }

  void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) override {
    executor_->start(std::move(task), std::move(running), std::move(done));
  }
  void cancel(std::int64_t task_run_id) override { executor_->cancel(task_run_id); }
  void cluster_released(const std::string& cluster_id) override { executor_->cluster_released(cluster_id); }

 private:
  WorkspaceTree tree_;
  ClusterRecords records_;
  SecretStore secrets_;
  std::function<void(const std::string&)> terminate_cluster_ = [](const std::string&) {};
  std::unique_ptr<Executor> executor_;
};

}  // namespace

std::unique_ptr<Executor> make_executor(Router& router, Workspace& workspace, const ExecutorOptions& options) {
  return std::make_unique<ExecutorWithResources>(router, workspace, options);
}

}  // namespace brickwork::local
