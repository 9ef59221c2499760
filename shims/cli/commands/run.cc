#include <cstdio>
#include <filesystem>

#include "exit_status.h"
#include "following.h"
#include "session.h"

namespace brickwork::cli {
namespace {

struct Run {
  std::string path;
  std::vector<std::string> parameters;
  std::vector<std::string> only;
  std::string key;
  std::string handle_file;
  std::string lease;
  double lease_seconds = 60;
  std::string instead_of;
  int repairs = 0;
  bool detach = false;
  bool logs = false;
};

json::object members_beside_the_group(const Run& wanted) {
  json::object members;
  if (!wanted.parameters.empty()) members["parameters"] = named_values(wanted.parameters);
  if (!wanted.only.empty()) members["only"] = string_array(wanted.only);
  if (!wanted.key.empty()) members["launch_key"] = wanted.key;
  if (wanted.logs && !wanted.detach) members["logs"] = true;
  if (!wanted.lease.empty()) {
    members["lease"] = json::object{{"directory", std::filesystem::absolute(wanted.lease).string()},
                                    {"ms", static_cast<std::int64_t>(wanted.lease_seconds * 1000)}};
  }
  if (!wanted.instead_of.empty()) {
    const json::object old = run_reference(wanted.instead_of);
    members["instead_of"] = old.contains("handle") ? old.at("handle") : json::value(old);
  }
  // Whoever says --repair means whatever failed, not only what the group's own policy names.
  if (wanted.repairs > 0) {
    members["repair"] = json::object{{"max_attempts", wanted.repairs}, {"on", json::array{"any"}}};
  }
  return members;
}

int launch(Session& session, const Run& wanted, const std::string& request) {
  const json::object answer = session.call(BW_GROUP_LAUNCH, request);
  const json::object& handle = object_of(answer, "handle");
  if (!wanted.handle_file.empty()) write_handle(wanted.handle_file, handle);
  print_document(session.options.json ? answer : handle);
  return kDone;
}

int run(Session& session, const Run& wanted) {
  const GroupText group = GroupText::read(wanted.path);
  const std::string request = group.request(members_beside_the_group(wanted));
  if (wanted.detach) return launch(session, wanted, request);

  Following following{wanted.handle_file};
  if (group.value().is_object()) {
    const json::object& policy = object_of(group.value().get_object(), "policy");
    following.cancel_when_abandoned = text_of(policy, "on_abandon") == "cancel";
  }
  return follow_run(session, BW_GROUP_RUN, request, following);
}

}  // namespace

void add_run(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("run", "launch a group as one job and follow it");
  auto wanted = std::make_shared<Run>();
  command->add_option("GROUP", wanted->path, "file of a group/1 document, - for the standard input")->required();
  command->add_option("-p,--param", wanted->parameters, "a job parameter of this run; may be given again")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--only", wanted->only, "run these tasks and no others")
      ->type_name("TASK,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--key", wanted->key, "launch key: the same key never starts a second run, it attaches");
  command->add_option("--handle", wanted->handle_file, "write the run's handle here, for watch, cancel and repair")
      ->type_name("FILE");
  command->add_option("--repair", wanted->repairs, "repair what failed up to N times")
      ->type_name("N")
      ->check(CLI::Range(0, 100));
  command->add_flag("--logs", wanted->logs, "show what its clusters print, where their cluster_log_conf keeps it");
  command
      ->add_option("--lease", wanted->lease,
                   "keep a sign of life here, so that `brickwork sweep` finds the run when this program dies")
      ->type_name("DIRECTORY");
  command->add_option("--lease-seconds", wanted->lease_seconds, "the longest that a live launcher is silent (60)")
      ->check(CLI::Range(0.1, 86'400.0))
      ->needs("--lease");
  command->add_option("--instead-of", wanted->instead_of, "cancel this run first, and launch when it has stopped")
      ->type_name("RUN");
  command->add_flag("--detach", wanted->detach, "print the handle and end; the run goes on")
      ->excludes("--lease", "--instead-of");
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return run(session, *wanted); }; });
}

}  // namespace brickwork::cli
