#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "library_path.h"
#include "session.h"

namespace brickwork::cli {
namespace {

int info(Session& session) {
  json::object document = parse_document(session.library().build_info(), "build_info").as_object();
  if (session.options.json) {
    document["library"] = library_path();
    print_document(document);
    return kDone;
  }
  const bw_api& api = session.library().api();
  std::printf("brickwork %s\n", BRICKWORK_VERSION);
  std::printf("library   %s  %s, ABI %u.%u\n", library_path().c_str(), text_of(document, "version").c_str(),
              api.abi_major, api.abi_minor);
  for (const json::value& value : array_of(document, "verbs")) {
    if (!value.is_object()) continue;
    const json::object& verb = value.get_object();
    std::printf("  %4lld  %-18s %s\n", static_cast<long long>(number_of(verb, "number")), text_of(verb, "name").c_str(),
                flag_of(verb, "pure") ? "needs no workspace" : "");
  }
  return kDone;
}

}  // namespace

void add_info(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("info", "the library that is used, its version and verbs");
  command->callback([&invocation] { invocation.chosen = info; });
}

}  // namespace brickwork::cli
