#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"

namespace brickwork::cli {
namespace {

int check(Session& session) {
  const json::object answer = session.call(BW_AUTH_CHECK, json::object());
  if (session.options.json) {
    print_document(answer);
    return kDone;
  }
  std::printf("%s on %s, by %s\n", text_of(answer, "user_name").c_str(), text_of(answer, "host").c_str(),
              text_of(answer, "auth_type").c_str());
  for (const auto& source : object_of(answer, "sources")) {
    const std::string setting(source.key());
    std::printf("  %-12s from %s\n", setting.c_str(), text_of(object_of(answer, "sources"), setting).c_str());
  }
  return kDone;
}

}  // namespace

void add_auth(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("auth", "login");
  command->require_subcommand(0, 1);
  CLI::App* checked = command->add_subcommand("check", "who the workspace takes you for, and where settings come from");
  checked->callback([&invocation] { invocation.chosen = check; });
}

}  // namespace brickwork::cli
