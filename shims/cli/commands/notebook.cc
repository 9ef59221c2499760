#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "host_loop.h"
#include "session.h"
#include "show/outputs.h"
#include "show/words.h"

namespace brickwork::cli {
namespace {

struct Notebook {
  std::string path;
  std::vector<std::string> parameters;
  std::string cluster;
  std::string new_cluster;
};

json::object request_of(const Notebook& wanted) {
  json::object request{{"notebook_path", wanted.path}};
  if (!wanted.parameters.empty()) request["parameters"] = named_values(wanted.parameters);
  if (!wanted.cluster.empty()) request["existing_cluster_id"] = wanted.cluster;
  if (!wanted.new_cluster.empty()) {
    request["new_cluster"] = parse_document(read_input(wanted.new_cluster), wanted.new_cluster);
  }
  return request;
}

int notebook(Session& session, const Notebook& wanted) {
  Followed followed =
      follow(session.client(), BW_NOTEBOOK_RUN, json::serialize(request_of(wanted)), session.timeout_ms(-1), {}, {});
  if (followed.interrupted && !followed.outcome) {
    throw Stop(kInterrupted, "interrupted; a run that was started goes on",
               "`brickwork rest GET /api/2.2/jobs/runs/list` shows it");
  }
  const json::object answer = parse_document(followed.outcome.value(), "the library's answer").as_object();
  const RunView run = run_view(object_of(answer, "state"));
  if (session.options.json) {
    print_document(answer);
  } else {
    const json::value* output = answer.if_contains("output");
    json::array outputs;
    if (output != nullptr && output->is_object()) outputs.push_back(*output);
    std::printf("%s", outputs_text(outputs, Terminal::of(stdout)).c_str());
    if (!session.options.quiet) std::printf("%s", ending_text(run, Terminal::of(stdout)).c_str());
  }
  return exit_status_of_verdict(run.verdict);
}

}  // namespace

void add_notebook(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("notebook", "run one notebook without a saved job; its output");
  auto wanted = std::make_shared<Notebook>();
  command->add_option("PATH", wanted->path, "path in the workspace")->required();
  command->add_option("-p,--param", wanted->parameters, "value of a widget; may be given again")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  auto* cluster = command->add_option("--cluster", wanted->cluster, "run on this cluster")->type_name("ID");
  command->add_option("--new-cluster", wanted->new_cluster, "run on a cluster made from this JSON")
      ->type_name("FILE")
      ->excludes(cluster);
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return notebook(session, *wanted); }; });
}

}  // namespace brickwork::cli
