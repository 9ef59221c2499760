#include "following.h"
#include "session.h"

namespace brickwork::cli {

void add_watch(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("watch", "follow a run to its end");
  auto run = std::make_shared<std::string>();
  auto logs = std::make_shared<bool>(false);
  command->add_option("RUN", *run, "which run")->required();
  command->add_flag("--logs", *logs, "show what its clusters print, where their cluster_log_conf keeps it");
  command->callback([&invocation, run, logs] {
    invocation.chosen = [run, logs](Session& session) {
      json::object request = run_reference(*run);
      if (*logs) request["logs"] = true;
      return follow_run(session, BW_RUN_WATCH, json::serialize(request), {});
    };
  });
}

}  // namespace brickwork::cli
