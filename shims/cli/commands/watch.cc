#include "following.h"
#include "session.h"

namespace brickwork::cli {

void add_watch(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("watch", "follow a run to its end");
  auto run = std::make_shared<std::string>();
  command->add_option("RUN", *run, "which run")->required();
  command->callback([&invocation, run] {
    invocation.chosen = [run](Session& session) {
      return follow_run(session, BW_RUN_WATCH, json::serialize(run_reference(*run)), {});
    };
  });
}

}  // namespace brickwork::cli
