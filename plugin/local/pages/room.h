#pragma once

#include <functional>
#include <map>
#include <string>

#include "local/http_text.h"
#include "local/pages/api.h"
#include "local/pages/html.h"
#include "local/pages/pages.h"
#include "local/pages/session.h"
#include "local/router.h"

namespace brickwork::local::pages {

// What all pages share; outlives the server.
struct Room {
  explicit Room(PagesOptions options)
      : ask(std::move(options.ask)),
        // Cookies know no ports, so that each workspace of this machine needs a name of its own.
        sessions("brickwork_" + std::to_string(options.workspace_id)),
        token_file(std::move(options.token_file)),
        is_tls(options.is_tls) {}

  Ask ask;
  Sessions sessions;
  std::string token_file;
  bool is_tls;
};

// One request of somebody who is logged in.
struct Visit {
  const Request& request;
  Session session;
  Api api;

  std::map<std::string, std::string> form;  // of a POST

  std::string capture(const std::string& name) const { return request.captures.at(name); }
  std::string asked(const std::string& name) const;  // of the query; empty when absent
  std::string field(const std::string& name) const;  // of the form; empty when absent
};

struct Page {
  std::string title;
  Html main;
  bool is_live = false;     // something on it still changes
  bool asks_again = false;  // the browser is to load it once more, at once
  int status = 200;
  std::string form_origin;  // where a form of it may lead to, beside here
};

Response show(const Page& page, const Session* session);
Response go_to(const std::string& address);  // 303

using Reader = std::function<Page(const Visit&)>;
using RawReader = std::function<Response(const Visit&)>;  // for what is no page
using Action = std::function<std::string(const Visit&)>;  // answers where to go from here

// Pages need a login: without one the visitor is sent to the login page and comes back afterwards. Actions need, beside
// it, a form that one of our own pages made.
void add_reader(Router& router, Room& room, const std::string& route, Reader reader);
void add_raw_reader(Router& router, Room& room, const std::string& route, RawReader reader);
void add_action(Router& router, Room& room, const std::string& route, Action action);

// The opening tag and the hidden proof of a form that posts to `address`.
Html form_begin(const Session& session, const std::string& address);

void add_login(Router& router, Room& room);
void add_consent(Router& router, Room& room);
void add_assets(Router& router);
void add_job_pages(Router& router, Room& room);
void add_run_pages(Router& router, Room& room);
void add_run_actions(Router& router, Room& room);
void add_cluster_pages(Router& router, Room& room);

}  // namespace brickwork::local::pages
