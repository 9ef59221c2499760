#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"
#include "show/report.h"

namespace brickwork::cli {
namespace {

struct Compile {
  std::string path;
  std::string parity;
};

int compile(Session& session, const Compile& wanted) {
  json::object others;
  if (!wanted.parity.empty()) others["parity"] = wanted.parity;
  json::object answer = session.call_pure(BW_GROUP_COMPILE, GroupText::read(wanted.path).request(others));
  point_into_the_file(answer);
  if (session.options.json) {
    print_document(answer);
    return kDone;
  }
  // The settings alone on the standard output, so that they can go on into a file or a request.
  print_document(answer.contains("settings") ? answer.at("settings") : json::value());
  if (!session.options.quiet) std::fputs(findings_text(array_of(answer, "findings")).c_str(), stderr);
  return kDone;
}

}  // namespace

void add_compile(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("compile", "a group as Databricks job settings");
  auto wanted = std::make_shared<Compile>();
  command->add_option("GROUP", wanted->path, "file of a group/1 document, - for the standard input")->required();
  command->add_option("--parity", wanted->parity, "the bytes that another product sends")
      ->check(CLI::IsMember({"airflow"}));
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return compile(session, *wanted); }; });
}

}  // namespace brickwork::cli
