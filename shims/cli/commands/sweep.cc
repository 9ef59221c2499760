#include <cstdio>
#include <filesystem>

#include "exit_status.h"
#include "following.h"
#include "session.h"

namespace brickwork::cli {
namespace {

// In the order of what somebody may have to do about them.
constexpr std::pair<const char*, const char*> kOutcomes[] = {
    {"failed", "could not be decided"},       {"canceled", "launcher dead, cancelled"},
    {"abandoned", "launcher dead, goes on"},  {"ended", "over"},
    {"held", "launcher alive, or seen once"},
};

void show(const json::object& answer) {
  for (const auto& [member, words] : kOutcomes) {
    for (const json::value& item : array_of(answer, member)) {
      const json::object& run = item.as_object();
      std::printf("run %s of %s: %s", text_of(run, "run_id_str").c_str(), text_of(run, "name").c_str(), words);
      const std::string message = text_of(run, "message");
      std::printf(message.empty() ? "%s\n" : " (%s)\n", message.c_str());
    }
  }
}

int sweep(Session& session, const std::string& directory) {
  json::object request{{"lease", json::object{{"directory", std::filesystem::absolute(directory).string()}}},
                       {"wait", true}};  // one look alone tells a live launcher from a dead one by nothing
  const json::object answer = session.call(BW_RUN_SWEEP, request);
  if (session.options.json) {
    print_document(answer);
  } else if (!session.options.quiet) {
    show(answer);
  }
  return array_of(answer, "failed").empty() ? kDone : kUnavailable;
}

}  // namespace

void add_sweep(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("sweep", "cancel the runs whose launchers died, as their leases tell");
  auto directory = std::make_shared<std::string>();
  command->add_option("DIRECTORY", *directory, "that of `brickwork run --lease`")->required();
  command->callback([&invocation, directory] {
    invocation.chosen = [directory](Session& session) { return sweep(session, *directory); };
  });
}

}  // namespace brickwork::cli
