#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"
#include "show/outputs.h"

namespace brickwork::cli {
namespace {

struct Output {
  std::string run;
  std::vector<std::string> tasks;
  bool all_attempts = false;
  bool failed = false;
  bool children = false;
};

int output(Session& session, const Output& wanted) {
  json::object request = run_reference(wanted.run);
  if (!wanted.tasks.empty()) request["tasks"] = string_array(wanted.tasks);
  if (wanted.all_attempts) request["attempts"] = "all";
  if (wanted.failed) request["only_failed"] = true;
  if (wanted.children) request["children"] = true;
  const json::object answer = session.call(BW_RUN_OUTPUT, request);
  if (session.options.json) {
    print_document(answer);
  } else {
    std::printf("%s", outputs_text(array_of(answer, "outputs"), Terminal::of(stdout)).c_str());
  }
  return kDone;
}

}  // namespace

void add_output(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("output", "results, logs, errors and traces of tasks");
  auto wanted = std::make_shared<Output>();
  command->add_option("RUN", wanted->run, "which run")->required();
  command->add_option("TASK", wanted->tasks, "these tasks; all when none is named");
  command->add_flag("--all-attempts", wanted->all_attempts, "also of the attempts before the latest");
  command->add_flag("--failed", wanted->failed, "only of what failed by itself");
  command->add_flag("--children", wanted->children, "also of the runs and iterations that tasks started");
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return output(session, *wanted); }; });
}

}  // namespace brickwork::cli
