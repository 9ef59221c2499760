#include "following.h"
#include "session.h"

namespace brickwork::cli {

void add_status(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("status", "the state of a run, now");
  auto run = std::make_shared<std::string>();
  command->add_option("RUN", *run, "which run")->required();
  command->callback([&invocation, run] {
    invocation.chosen = [run](Session& session) {
      return show_state(session, session.call(BW_RUN_GET, run_reference(*run)));
    };
  });
}

}  // namespace brickwork::cli
