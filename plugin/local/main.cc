#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "local/execution/make_executor.h"
#include "local/execution/supervisor.h"
#include "local/fault_executor.h"
#include "local/faults.h"
#include "local/jobs/access.h"
#include "local/jobs/not_found.h"
#include "local/jobs/notifications.h"
#include "local/jobs/open_points.h"
#include "local/jobs/retention.h"
#include "local/jobs/routes.h"
#include "local/login.h"
#include "local/oidc/oidc.h"
#include "local/pages/pages.h"
#include "local/resources.h"
#include "local/resources/compute/cluster_rules.h"
#include "local/resources/execution_resources.h"
#include "local/resources/users_file.h"
#include "local/server.h"
#include "local/state_dir.h"

namespace brickwork::local {
namespace {

struct CommandLine {
  ServerOptions server;
  StateOptions state;
  ExecutorOptions executor;
  std::string faults_file;
  std::string users_file;
  std::string limits = "none";
  bool basic_authentication = false;
  bool turn_clock = false;
  int run_retention_days = 60;
  int access_token_seconds = 3600;
  std::int64_t task_runs = 0;
  std::string ids = "production";
  std::string jobs_not_found = "400";
  std::vector<std::string> open_points;
};

CommandLine parse_command_line(int argc, char** argv) {
  CommandLine line;
  CLI::App app{"A Databricks workspace on this machine: the REST API, and the tasks run for real."};
  app.add_option("--bind", line.server.bind, "address to listen on")->capture_default_str();
  app.add_option("--port", line.server.port, "0 picks a free one")->capture_default_str();
  auto* state = app.add_option("--state", line.state.directory, "where the workspace lives");
  app.add_flag("--ephemeral", line.state.ephemeral, "forget everything at the end")->excludes(state);
  app.add_option("--token-file", line.state.token_file, "read from here, or made and written here");
  app.add_option("--users", line.users_file, "JSON file of further users, their groups and tokens");
  app.add_flag("--basic-auth", line.basic_authentication, "take user and password too; the password is a token");
  std::vector<std::string> tls;
  int header_seconds = static_cast<int>(line.server.header_seconds.count());
  app.add_option("--tls", tls, "certificate chain and key, as PEM files")->expected(2);
  app.add_option("--spark-master", line.executor.spark_master, "a Spark cluster you have; default is this machine");
  app.add_option("--python", line.executor.python, "the interpreter that runs the tasks");
  app.add_option("--git-seconds", line.executor.git_seconds, "how long a checkout of git_source may take")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  app.add_option("--ids", line.ids, "size of job and run ids: production, above 2^53, or below 2^31")
      ->check(CLI::IsMember({"production", "large", "small"}))
      ->capture_default_str();
  app.add_option("--jobs-not-found", line.jobs_not_found, "status for a job or run that does not exist")
      ->check(CLI::IsMember({"400", "404"}))
      ->capture_default_str();
  app.add_option("--open", line.open_points,
                 "a behaviour where documents leave one open; of each the first is the default")
      ->check(CLI::IsMember(choices_of_open_points()))
      ->allow_extra_args(false);
  std::string execute = "real";
  app.add_option("--execute", execute, "instant executes nothing and says so in every run: for load tests")
      ->check(CLI::IsMember({"real", "instant"}))
      ->capture_default_str();
  app.add_flag("--insecure", line.server.allow_insecure, "plain HTTP also on addresses that other machines reach");
  app.add_option("--header-seconds", header_seconds, "a request's header is here this long after its first byte")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--limits", line.limits, "rates of requests that are granted: none, or those of a real workspace")
      ->check(CLI::IsMember({"none", "databricks"}))
      ->capture_default_str();
  auto* task_runs = app.add_option("--task-runs", line.task_runs,
                                   "tasks that may execute at once in the workspace: 0 for any number; with --limits "
                                   "databricks 2000");
  app.add_flag("--turn-clock", line.turn_clock, "let POST /api/brickwork/clock turn the clock of jobs forward");
  app.add_option("--run-retention-days", line.run_retention_days, "runs are forgotten so long after their end")
      ->check(CLI::Range(1, 36'500))
      ->capture_default_str();
  app.add_option("--access-token-seconds", line.access_token_seconds, "how long an OAuth access token is valid")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  app.add_option("--faults", line.faults_file, "JSON rules of what goes wrong; - starts with none");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : 2);
  }
  line.executor.instant = execute == "instant";
  line.server.header_seconds = std::chrono::seconds(header_seconds);
  line.server.databricks_limits = line.limits == "databricks";
  if (line.server.databricks_limits && task_runs->count() == 0) line.task_runs = 2000;
  if (tls.size() == 2) {
    line.server.tls_certificate_file = tls[0];
    line.server.tls_key_file = tls[1];
  }
  return line;
}

void read_faults(const std::string& file, FaultRules& faults) {
  if (file == "-") return;
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read " + file);
  std::ostringstream text;
  text << in.rdbuf();
  faults.replace(boost::json::parse(text.str()).as_object());
}

void print_ready_line(const Workspace& workspace, const StateDir& state) {
  std::cout << boost::json::serialize(boost::json::object{{"url", workspace.url},
                                                          {"token_file", state.token_file().string()},
                                                          {"pid", getpid()},
                                                          {"state", state.directory().string()}})
            << std::endl;
}

// A thousand waiting clients are a thousand connections; the usual soft limit is 1024 descriptors.
void allow_many_connections() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

void serve(const CommandLine& line) {
  allow_many_connections();
  choose_ids(line.ids == "large" ? IdSize::kLarge : line.ids == "small" ? IdSize::kSmall : IdSize::kProduction);
  answer_not_found_with_404(line.jobs_not_found == "404");
  for (const std::string& choice : line.open_points) choose_open_point(choice);
  const StateDir state(line.state);
  Store store(state.directory() / "state.sqlite");
  Workspace workspace{store, state.directory(), "", state.workspace_id(store), "brickwork@localhost", state.token(),
                      {}};
  FaultRules faults;
  if (!line.faults_file.empty()) read_faults(line.faults_file, faults);

  Router router;
  ServerOptions options = line.server;
  SystemClock clock;
  const auto turned_now_ms = [&clock] { return clock.now_ms(); };
  UserStore users(store, turned_now_ms);
  users.set_owner(workspace.user_name, state.token());
  if (!line.users_file.empty()) read_users_file(line.users_file, users);
  const Login login(users, line.basic_authentication);
  options.refusal = [&login](Request& request) { return login.refusal(request); };
  PermissionStore permissions(store, users);
  workspace.caller_of = [&users](const std::string& user_name) { return users.caller_named(user_name); };
  workspace.task_token = [&users](const std::string& user_name) { return users.task_token(user_name); };
  Server server(router, line.faults_file.empty() ? nullptr : &faults, options);
  workspace.url = server.url();
  if (!line.faults_file.empty()) add_faults(router, faults);
  add_store_resources(router, workspace, users, permissions);
  const Oidc oidc(router, workspace, users, turned_now_ms,
                  {.access_token_lifetime = std::chrono::seconds(line.access_token_seconds)});

  JobStore jobs(store);
  RunStore runs(store);
  std::unique_ptr<Executor> executor = make_executor(router, workspace, {users, permissions, clock}, line.executor);
  if (!line.faults_file.empty()) executor = std::make_unique<FaultExecutor>(std::move(executor), faults, clock);
  Scheduler scheduler(workspace, jobs, runs, *executor, clock);
  Triggers triggers(jobs, scheduler, clock, state.directory() / "volumes");
  Notifications notifications(workspace);
  scheduler.limit_task_runs(line.task_runs);
  scheduler.tell({.began = [&](const Run& run) { notifications.run_began(run); },
                  .ended =
                      [&](const Run& run) {
                        notifications.run_ended(run);
                        triggers.run_ended(run);
                      },
                  .noticed = [&](const Run& run, const Notice& notice) { notifications.noticed(run, notice); }});
  notifications.add_routes(router);
  const JobsRoom room{workspace, jobs, runs, scheduler, triggers};
  add_jobs(router, room);
  add_job_cluster_rules(router, store, permissions);
  add_job_access(router, room, permissions, users);
  if (line.turn_clock) add_clock(router, clock);
  const Pages pages(router, {.ask = [&server](Request& request) { return server.answer(request); },
                             .workspace_id = workspace.workspace_id,
                             .token_file = state.token_file(),
                             .is_tls = !options.tls_certificate_file.empty()});
  router.add_list_of_routes();
  scheduler.recover();
  triggers.start();
  forget_old_runs(scheduler, clock, line.run_retention_days);
  print_ready_line(workspace, state);
  server.run();

  // Tasks that end from here on belong to the next start, which will say that they were interrupted.
  scheduler.stop();
  clock.stop();
  executor.reset();
}

}  // namespace
}  // namespace brickwork::local

int main(int argc, char** argv) {
  // Processes of tasks are started through this same executable.
  if (const auto status = brickwork::local::supervise_if_asked(argc, argv)) return *status;
  try {
    brickwork::local::serve(brickwork::local::parse_command_line(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "brickwork-local: " << error.what() << '\n';
    return 4;
  }
}
