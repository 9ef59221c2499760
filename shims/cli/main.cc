#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <exception>

#include "exit_status.h"
#include "session.h"
#include "show/report.h"

namespace brickwork::cli {
namespace {

constexpr const char* kFooter =
    R"(RUN is a handle file, - for a handle on the standard input, a run id, or the address of a run page.
The workspace comes from --profile or --host, else from the DATABRICKS_* environment or .databrickscfg.

Exit status: 0 done and succeeded, 1 the run did not succeed, 2 the command or a document is wrong,
3 login or permission, 4 unavailable or out of time, 5 a fault of brickwork, 130 interrupted.)";

void add_common_options(CLI::App& program, Options& options) {
  program.add_flag("--json", options.json, "documents instead of text");
  program.add_flag("-q,--quiet", options.quiet, "no progress, only the result");
  program.add_option("--profile", options.profile, "section of .databrickscfg to use");
  program.add_option("--host", options.host, "address of the workspace, such as https://adb-1.azuredatabricks.net");
  program.add_option("--timeout", options.timeout_seconds, "seconds after which to give up waiting")
      ->check(CLI::PositiveNumber);
}

int run_command(Session& session, const Invocation& invocation) {
  try {
    const int exit_status = invocation.chosen(session);
    // A full disk shows only here; a result that nobody got is not a success.
    if (std::fflush(stdout) != 0) throw Stop(kUnavailable, "the standard output cannot be written");
    return exit_status;
  } catch (const Failure& failure) {
    return report(failure.error(), session.options.json);
  } catch (const Stop& stop) {
    return report(stop, session.options.json);
  } catch (const std::exception& error) {
    return report(Stop(kOurFault, error.what()), session.options.json);
  }
}

int run_program(int argc, char** argv) {
  Session session;
  Invocation invocation;
  CLI::App program("Task groups as Databricks jobs: launch, watch, cancel, repair.", "brickwork");
  program.set_version_flag("--version", "brickwork " BRICKWORK_VERSION);
  program.footer(kFooter);
  // Not "exactly 1": that check comes before the one that names the word which is no command.
  program.require_subcommand(0, 1);
  program.fallthrough();  // common options may stand behind the command
  add_common_options(program, session.options);
  for (auto* add : {add_lint, add_compile, add_import, add_run, add_watch, add_status, add_output, add_cancel,
                    add_repair, add_sweep, add_trace, add_notebook, add_auth, add_rest, add_info, add_local}) {
    add(program, invocation);
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? kDone : kWrongCommandOrDocument;
  }
  if (!invocation.chosen) {
    std::fputs(program.help().c_str(), stderr);
    return kWrongCommandOrDocument;
  }
  return run_command(session, invocation);
}

}  // namespace
}  // namespace brickwork::cli

int main(int argc, char** argv) {
  // A reader that left (`brickwork ... | head`) ends this program quietly, as it does any other.
  std::signal(SIGPIPE, SIG_DFL);
  return brickwork::cli::run_program(argc, argv);
}
