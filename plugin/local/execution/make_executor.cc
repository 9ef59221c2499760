#include "local/execution/make_executor.h"

#include "local/execution/instant_executor.h"
#include "local/execution/local_executor.h"
#include "local/resources/cluster_reaper.h"
#include "local/resources/commands.h"
#include "local/resources/execution_resources.h"
#include "local/resources/files.h"
#include "local/resources/repos/repos.h"
#include "local/sql/room.h"
#include "local/sql/sql_tasks.h"

namespace brickwork::local {
namespace {

// Owns what the executor and the handlers share. Members are destroyed from the last to the first, so the executor and
// its thread are gone before what they use.
class ExecutorWithResources final : public Executor {
 public:
  ExecutorWithResources(Router& router, Workspace& workspace, const People& people, const ExecutorOptions& options)
      : tree_(workspace),
        records_(workspace, [&clock = people.clock] { return clock.now_ms(); }),
        secrets_(workspace),
        file_service_{workspace, VolumeFiles(workspace.state_dir),
                      SignedUrls([&clock = people.clock] { return clock.now_ms(); }),
                      [&clock = people.clock] { return clock.now_ms(); }},
        unity_(workspace, [&clock = people.clock] { return clock.now_ms(); }),
        git_credentials_(workspace),
        git_folders_(workspace, tree_, git_credentials_, std::chrono::seconds(options.git_seconds)),
        rules_(workspace.store, people.permissions),
        instant_clusters_(records_) {
    ClusterHost* host = &instant_clusters_;
    CommandHost* command_host = nullptr;
    ExecutionContext* context = nullptr;
    if (options.instant) {
      executor_ = std::make_unique<InstantExecutor>();
    } else {
      auto local = std::make_unique<LocalExecutor>(workspace, tree_, records_, secrets_, options, &rules_);
      host = local.get();
      command_host = local.get();
      context = &local->context();
      executor_ = std::move(local);
    }
    reaper_ = std::make_unique<ClusterReaper>(records_, *host, people.clock);
    add_workspace_objects(router, tree_, git_folders_, people.permissions);
    add_repos(router, git_folders_, tree_, people.permissions);
    add_git_credentials(router, git_credentials_);
    add_secrets(router, secrets_, people.users);
    add_dbfs(router, workspace);
    add_files(router, file_service_);
    add_directories(router, file_service_);
    add_multipart_uploads(router, file_service_);
    add_unity_catalog(router, unity_, workspace);
    sql_ = std::make_unique<SqlRoom>(router, workspace, people.clock, context);
    const ClusterService clusters{workspace,    records_, *host,  people.permissions,
                                  people.users, secrets_, rules_, [&clock = people.clock] {
          return clock.now_ms(); }};
    add_clusters(router, clusters);
    add_pipelines(router);
    add_compute(router, workspace, people, records_);
    if (command_host != nullptr) add_commands(router, clusters, *command_host);
  }

  void start(TaskStart task, std::function<void()> running, std::function<void(TaskEnd)> done) override {
    if (sql_->tasks() != nullptr && SqlTasks::takes(task))
      return sql_->tasks()->start(std::move(task), std::move(running), std::move(done));
    executor_->start(std::move(task), std::move(running), std::move(done));
  }
  void cancel(std::int64_t task_run_id) override {
    if (sql_->tasks() != nullptr) sql_->tasks()->cancel(task_run_id);
    executor_->cancel(task_run_id);
  }
  void cluster_released(const std::string& cluster_id) override { executor_->cluster_released(cluster_id); }
  void lose_cluster_of(std::int64_t task_run_id, const std::string& message) override {
    executor_->lose_cluster_of(task_run_id, message);
  }
  std::string printed_so_far(std::int64_t task_run_id) override { return executor_->printed_so_far(task_run_id); }
  void run_released(std::int64_t run_id) override { executor_->run_released(run_id); }
  void serve(TaskHost& host) override { executor_->serve(host); }

 private:
  WorkspaceTree tree_;
  ClusterRecords records_;
  SecretStore secrets_;
  FileService file_service_;
  UnityStore unity_;
  GitCredentials git_credentials_;
  GitFolders git_folders_;
  ClusterRules rules_;
  ClusterHost instant_clusters_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<ClusterReaper> reaper_;
  std::unique_ptr<SqlRoom> sql_;
};

}  // namespace

std::unique_ptr<Executor> make_executor(Router& router, Workspace& workspace, const People& people,
                                        const ExecutorOptions& options) {
  return std::make_unique<ExecutorWithResources>(router, workspace, people, options);
}

}  // namespace brickwork::local
