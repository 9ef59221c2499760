#include <cstdio>
#include <fstream>

#include "exit_status.h"
#include "following.h"
#include "local/background.h"
#include "session.h"

namespace brickwork::cli {
namespace {

struct Local {
  std::string state;
  std::vector<std::string> arguments;

  std::filesystem::path directory() const {
    return state.empty() ? default_state_directory() : std::filesystem::absolute(state);
  }
};

int show(Session& session, const Local& local, const Background& background) {
  if (session.options.json) {
    print_document(json::object{{"url", background.url},
                                {"token_file", background.token_file},
                                {"pid", background.pid},
                                {"state", local.directory().string()}});
  } else {
    std::printf("%s  pid %lld  state %s\n", background.url.c_str(), static_cast<long long>(background.pid),
                local.directory().c_str());
  }
  return kDone;
}

Background the_running_one(const Local& local) {
  const std::optional<Background> background = running_background(local.directory());
  if (!background) {
    throw Stop(kUnavailable, "no local workspace runs over " + local.directory().string(),
               "`brickwork local start` starts one");
  }
  return *background;
}

int start(Session& session, const Local& local) {
  if (const auto running = running_background(local.directory())) return show(session, local, *running);
  const Background background = start_background(local.directory(), local.arguments);
  show(session, local, background);
  if (!session.options.json && !session.options.quiet) {
    std::printf("for this shell: eval \"$(brickwork local env%s)\"\n",
                local.state.empty() ? "" : (" --state " + local.state).c_str());
    std::printf("to look at it: %s/jobs, with the token in %s\n", background.url.c_str(),
                background.token_file.c_str());
  }
  return kDone;
}

int stop(Session& session, const Local& local) {
  const bool stopped = stop_background(local.directory());
  if (session.options.json) {
    print_document(json::object{{"stopped", stopped}});
  } else if (!session.options.quiet) {
    std::printf("%s\n", stopped ? "stopped" : "none was running");
  }
  return kDone;
}

int status(Session& session, const Local& local) { return show(session, local, the_running_one(local)); }

int env(Session& session, const Local& local) {
  const Background background = the_running_one(local);
  std::ifstream file(background.token_file);
  std::string token;
  std::getline(file, token);
  if (token.empty()) throw Stop(kUnavailable, "cannot read the token in " + background.token_file);
  // A quote would let the file speak to the shell.
  if (token.find('\'') != std::string::npos) throw Stop(kUnavailable, "the token cannot be written for a shell");
  if (session.options.json) {
    print_document(json::object{{"DATABRICKS_HOST", background.url}, {"DATABRICKS_TOKEN", token}});
  } else {
    std::printf("export DATABRICKS_HOST='%s' DATABRICKS_TOKEN='%s'\n", background.url.c_str(), token.c_str());
  }
  return kDone;
}

}  // namespace

void add_local(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("local", "a workspace on this machine, kept in the background");
  command->require_subcommand(0, 1);
  auto local = std::make_shared<Local>();
  command->add_option("--state", local->state, "directory of its state; default under XDG_STATE_HOME")
      ->type_name("DIR");
  const auto add = [&](const char* name, const char* what, int (*action)(Session&, const Local&)) {
    CLI::App* subcommand = command->add_subcommand(name, what);
    subcommand->callback([&invocation, local, action] {
      invocation.chosen = [local, action](Session& session) { return action(session, *local); };
    });
    return subcommand;
  };
  add("start", "start it, unless it runs", start)
      ->add_option("ARGUMENT", local->arguments, "for brickwork-local, behind --");
  add("stop", "end it", stop);
  add("status", "whether it runs, and where", status);
  add("env", "the variables for a shell: eval \"$(brickwork local env)\"", env);
}

}  // namespace brickwork::cli
