#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"

namespace brickwork::cli {
namespace {

struct Trace {
  std::string run;
  std::string traceparent;
  bool lineage = false;
};

// The document alone, with or without --json: it goes to a collector as it is. An array becomes a line for each event,
// because a lineage store takes one at a time.
int trace(Session& session, const Trace& wanted) {
  json::object request = run_reference(wanted.run);
  if (wanted.lineage) request["format"] = "openlineage";
  if (!wanted.traceparent.empty()) request["traceparent"] = wanted.traceparent;
  const json::object answer = session.call(BW_RUN_TRACE, request);
  if (session.options.json || !wanted.lineage) {
    print_document(wanted.lineage ? json::value(array_of(answer, "openlineage"))
                                  : json::value(object_of(answer, "otlp")));
    return kDone;
  }
  for (const json::value& event : array_of(answer, "openlineage")) std::printf("%s\n", json::serialize(event).c_str());
  return kDone;
}

}  // namespace

void add_trace(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("trace", "a run as OpenTelemetry spans or OpenLineage events");
  auto wanted = std::make_shared<Trace>();
  command->add_option("RUN", wanted->run, "which run")->required();
  auto* lineage =
      command->add_flag("--openlineage", wanted->lineage, "OpenLineage events, one in a line; otherwise OTLP/JSON");
  command->add_option("--traceparent", wanted->traceparent, "make the run a part of this span (W3C Trace Context)")
      ->type_name("HEADER")
      ->excludes(lineage);
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return trace(session, *wanted); }; });
}

}  // namespace brickwork::cli
