#include <spawn.h>
#include <sys/wait.h>

#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "interrupt.h"
#include "loopback.h"
#include "session.h"

namespace brickwork::cli {
namespace {

constexpr int kPatience = 600;  // seconds that somebody has to log in

int check(Session& session, const std::string& group) {
  json::object request;
  if (!group.empty()) request["group"] = parse_document(read_input(group), group);
  const json::object answer = session.call(BW_AUTH_CHECK, request);
  const json::value* list = answer.if_contains("problems");
  const json::array problems = list != nullptr && list->is_array() ? list->get_array() : json::array();
  if (session.options.json) {
    print_document(answer);
    return problems.empty() ? kDone : kLoginOrPermission;
  }
  std::printf("%s on %s, by %s\n", text_of(answer, "user_name").c_str(), text_of(answer, "host").c_str(),
              text_of(answer, "auth_type").c_str());
  for (const auto& source : object_of(answer, "sources")) {
    const std::string setting(source.key());
    std::printf("  %-12s from %s\n", setting.c_str(), text_of(object_of(answer, "sources"), setting).c_str());
  }
  for (const json::value& problem : problems) {
    const json::object& finding = problem.as_object();
    std::printf("%s: %s\n  %s\n", text_of(finding, "pointer").c_str(), text_of(finding, "message").c_str(),
                text_of(finding, "fix").c_str());
  }
  return problems.empty() ? kDone : kLoginOrPermission;
}

// Never with --json alone: what is printed here opens the workspace, so it is asked for by name.
int headers(Session& session) {
  const json::object answer = session.call(BW_AUTH_HEADERS, json::object());
  if (session.options.json) {
    print_document(answer);
    return kDone;
  }
  for (const auto& header : object_of(answer, "headers"))
    std::printf("%s: %s\n", std::string(header.key()).c_str(), header.value().as_string().c_str());
  return kDone;
}

// Nobody waits for the browser: where there is none, the address on the terminal is enough.
void open_browser(const std::string& url) {
  std::string program = "xdg-open";
  std::string address = url;
  char* const arguments[] = {program.data(), address.data(), nullptr};
  posix_spawn_file_actions_t silent;
  posix_spawn_file_actions_init(&silent);
  for (const int stream : {0, 1, 2}) posix_spawn_file_actions_addopen(&silent, stream, "/dev/null", 2, 0);
  pid_t child = 0;
  if (posix_spawnp(&child, "xdg-open", &silent, nullptr, arguments, environ) == 0) waitpid(child, nullptr, WNOHANG);
  posix_spawn_file_actions_destroy(&silent);
}

int log_in(Session& session, bool no_browser) {
  LoopbackListener listener;
  json::object consent = session.call(BW_AUTH_U2M_URL, json::object{{"redirect_uri", listener.address()}});
  const std::string url = text_of(consent, "url");
  std::fprintf(stderr, "Log in with a browser on this machine:\n\n  %s\n\n", url.c_str());
  if (!no_browser) open_browser(url);
  std::optional<std::string> callback;
  {
    const InterruptGuard interrupt;
    callback = listener.wait(interrupt.fd(), kPatience);
  }
  if (!callback) throw Stop(kInterrupted, "no browser came back; nothing was changed");
  consent.erase("url");
  consent["callback"] = *callback;
  consent["keep"] = true;
  const json::object answer = session.call(BW_AUTH_U2M_EXCHANGE, consent);
  if (session.options.json) {
    print_document(answer);
  } else {
    std::printf("logged in; the login is kept in %s\n", text_of(answer, "kept_in").c_str());
    std::printf("DATABRICKS_AUTH_TYPE=external-browser, or auth_type of a profile, uses it\n");
  }
  return kDone;
}

struct App {
  std::string name;
  std::vector<std::string> redirect_urls;
  std::vector<std::string> scopes;
  bool confidential = false;
};

int create_app(Session& session, const App& app) {
  json::object request{{"name", app.name}, {"confidential", app.confidential}};
  request["redirect_urls"] = json::value_from(app.redirect_urls);
  if (!app.scopes.empty()) request["scopes"] = json::value_from(app.scopes);
  print_document(session.call(BW_AUTH_CREATE_APP, request));
  return kDone;
}

void add_create_app(CLI::App& auth, Invocation& invocation) {
  CLI::App* command = auth.add_subcommand("create-app", "an OAuth application of the account, for logins in a browser");
  auto app = std::make_shared<App>();
  command->add_option("NAME", app->name, "its name; one that is there already stays as it is")->required();
  command->add_option("--redirect-url", app->redirect_urls, "where a browser may be sent back to")->required();
  command->add_option("--scope", app->scopes, "what it may do, such as all-apis and offline_access");
  command->add_flag("--confidential", app->confidential, "with a secret, which is printed once");
  command->callback(
      [&invocation, app] { invocation.chosen = [app](Session& session) { return create_app(session, *app); }; });
}

}  // namespace

void add_auth(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("auth", "login");
  command->require_subcommand(0, 1);
  CLI::App* checked = command->add_subcommand("check", "who the workspace takes you for, and where settings come from");
  auto group = std::make_shared<std::string>();
  checked->add_option("--group", *group, "also what this group needs and the login lacks")->type_name("FILE");
  checked->callback(
      [&invocation, group] { invocation.chosen = [group](Session& session) { return check(session, *group); }; });
  CLI::App* shown = command->add_subcommand("headers", "the headers of requests of your own; they hold the credential");
  shown->callback([&invocation] { invocation.chosen = headers; });
  CLI::App* logged_in = command->add_subcommand("login", "log in with a browser; Databricks' SDKs share the login");
  auto no_browser = std::make_shared<bool>(false);
  logged_in->add_flag("--no-browser", *no_browser, "only print the address");
  logged_in->callback([&invocation, no_browser] {
    invocation.chosen = [no_browser](Session& session) { return log_in(session, *no_browser); };
  });
  add_create_app(*command, invocation);
}

}  // namespace brickwork::cli
