#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"
#include "show/outputs.h"

namespace brickwork::cli {
namespace {

struct Repair {
  std::string run;
  std::vector<std::string> tasks;
  bool dependents = false;
  bool plan = false;
  bool detach = false;
  std::string drift;
  std::string group;  // a file
  std::string asked_by;
};

int show_plan(Session& session, const json::object& plan) {
  if (session.options.json) {
    print_document(plan);
  } else {
    std::printf("%s", plan_text(plan).c_str());
  }
  return flag_of(plan, "possible") ? kDone : kWrongCommandOrDocument;
}

int repair(Session& session, const Repair& wanted) {
  json::object request = run_reference(wanted.run);
  if (!wanted.tasks.empty()) request["tasks"] = string_array(wanted.tasks);
  if (wanted.dependents) request["dependents"] = true;
  if (!wanted.drift.empty()) request["drift"] = wanted.drift;
  if (!wanted.group.empty()) request["group"] = GroupText::read(wanted.group).value();
  if (!wanted.asked_by.empty() && !wanted.plan) request["asked_by"] = wanted.asked_by;
  if (wanted.plan) return show_plan(session, session.call(BW_RUN_REPAIR_PLAN, request));

  const json::object answer = session.call(BW_RUN_REPAIR, request);
  if (wanted.detach) {
    print_document(session.options.json ? answer : object_of(answer, "handle"));
    return kDone;
  }
  if (!session.options.json && !session.options.quiet) {
    std::printf("%s", plan_text(object_of(answer, "plan")).c_str());
    std::fflush(stdout);
  }
  json::object watched = run_reference(wanted.run);
  if (const json::object& handle = object_of(answer, "handle"); !handle.empty()) watched = {{"handle", handle}};
  return follow_run(session, BW_RUN_WATCH, json::serialize(watched), {});
}

}  // namespace

void add_repair(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("repair", "run again what failed, inside the same run");
  auto wanted = std::make_shared<Repair>();
  command->add_option("RUN", wanted->run, "which run")->required();
  command->add_option("--task", wanted->tasks, "this task instead of all that failed; may be given again")
      ->allow_extra_args(false);
  command->add_flag("--dependents", wanted->dependents, "also the tasks behind the named ones");
  command->add_option("--drift", wanted->drift, "when the job's settings changed since the launch (refuse)")
      ->check(CLI::IsMember({"refuse", "new", "restore"}));
  command->add_option("--group", wanted->group, "the group file that was launched, for --drift restore");
  command->add_option("--asked-by", wanted->asked_by, "who asks, for the history of the run")->type_name("NAME");
  command->add_flag("--plan", wanted->plan, "only show what would run again, and why");
  command->add_flag("--detach", wanted->detach, "print the handle and end; the repair goes on");
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return repair(session, *wanted); }; });
}

}  // namespace brickwork::cli
