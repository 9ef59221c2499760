#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"

namespace brickwork::cli {
namespace {

struct Cancel {
  std::string run;
  std::vector<std::string> tasks;
  bool wait = false;
};

int cancel(Session& session, const Cancel& wanted) {
  json::object request = run_reference(wanted.run);
  if (!wanted.tasks.empty()) request["tasks"] = string_array(wanted.tasks);
  if (wanted.wait) request["wait"] = true;
  const json::object answer = session.call(BW_RUN_CANCEL, request);
  if (session.options.json) {
    print_document(answer);
  } else if (wanted.wait) {
    const json::object& inner = object_of(answer, "state");
    show_state(session, inner.empty() ? answer : inner);
  } else if (!session.options.quiet) {
    std::printf("the workspace was asked to cancel it; `brickwork watch` shows when it has stopped\n");
  }
  // The run was to stop, so that it did not succeed is no failure of this command.
  return kDone;
}

}  // namespace

void add_cancel(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("cancel", "stop a run, or tasks of it");
  auto wanted = std::make_shared<Cancel>();
  command->add_option("RUN", wanted->run, "which run")->required();
  command->add_option("TASK", wanted->tasks, "these tasks; the whole run when none is named");
  command->add_flag("--wait", wanted->wait, "until they have stopped");
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return cancel(session, *wanted); }; });
}

}  // namespace brickwork::cli
