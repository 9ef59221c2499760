#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"
#include "show/report.h"

namespace brickwork::cli {
namespace {

int lint(Session& session, const std::string& path) {
  json::object answer = session.call_pure(BW_GROUP_LINT, GroupText::read(path).request({}));
  point_into_the_file(answer);
  const json::array& findings = array_of(answer, "findings");
  if (session.options.json) {
    print_document(answer);
  } else if (findings.empty()) {
    if (!session.options.quiet) std::printf("%s: nothing found\n", path == "-" ? "standard input" : path.c_str());
  } else {
    std::printf("%s", findings_text(findings).c_str());
  }
  return flag_of(answer, "ok") ? kDone : kWrongCommandOrDocument;
}

}  // namespace

void add_lint(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("lint", "every finding in a group document, with its JSON pointer");
  auto path = std::make_shared<std::string>();
  command->add_option("GROUP", *path, "file of a group/1 document, - for the standard input")->required();
  command->callback(
      [&invocation, path] { invocation.chosen = [path](Session& session) { return lint(session, *path); }; });
}

}  // namespace brickwork::cli
