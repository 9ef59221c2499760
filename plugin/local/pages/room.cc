#include "local/pages/room.h"

#include "local/api_error.h"

namespace brickwork::local::pages {
namespace {

// A script of ours, a style sheet of ours, nothing from elsewhere and nothing inline: text that got past the escaping
// would still not run.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

// Browsers hold the answer to a form to form-action as well. Only an address that could end the list is refused here:
// whose it is was settled before.
std::string policy_of(const Page& page) {
  const bool is_plain = page.form_origin.find_first_of(" ;,'\"\r\n\t") == std::string::npos;
  return std::string(kPolicy) + (is_plain && !page.form_origin.empty() ? " " + page.form_origin : "");
}

Html page_head(const Page& page) {
  Html head;
  head << "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">"
          "<title>"_html
       << page.title
       << " \u00b7 Brickwork</title><link rel=\"stylesheet\" href=\"/pages/style.css\">"
          "<link rel=\"icon\" href=\"/pages/icon.svg\"><script src=\"/pages/live.js\" defer></script>"_html;
  if (page.asks_again) head << "<meta http-equiv=\"refresh\" content=\"0\">"_html;
  if (page.is_live) head << "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>"_html;
  head << "</head>"_html;
  return head;
}

Html navigation(const Session* session) {
  Html bar;
  bar << "<header><a class=\"brand\" href=\"/jobs\"><img src=\"/pages/icon.svg\" alt=\"\" width=\"20\" height=\"20\">"
         "Brickwork</a>"_html;
  if (session == nullptr) return bar << "</header>"_html;
  bar << "<nav><a href=\"/jobs\">Jobs</a><a href=\"/runs\">Runs</a><a href=\"/compute\">Compute</a></nav>"
         "<span class=\"user\">"_html
      << session->user_name << "</span>"_html << form_begin(*session, "/logout")
      << "<button class=\"quiet\">Log out</button></form></header>"_html;
  return bar;
}

Page error_page(int status, const std::string& title, const std::string& message) {
  Page page{.title = title, .status = status};
  page.main << "<h1>"_html << title << "</h1><p class=\"message\">"_html << message << "</p>"_html;
  return page;
}

std::string address_of(const Request& request) {
  std::string address = request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    address.append(1, separator).append(percent_encode(name)).append("=").append(percent_encode(value));
    separator = '&';
  }
  return address;
}

// A cookie with SameSite=Strict does not come with the click on a link of another site, such as a scheduler's own page.
// This page asks again from here, where it does come.
Response ask_again() {
  Page page{.title = "One moment", .asks_again = true};
  page.main << "<p><a href=\"\">Go on</a></p>"_html;
  return show(page, nullptr);
}

Response to_login(const Request& request) {
  const auto site = request.headers.find("sec-fetch-site");
  if (site != request.headers.end() && site->second == "cross-site") return ask_again();
  return go_to("/login?next=" + percent_encode(address_of(request)));
}

template <class Answer>
Response answer_visit(Room& room, const Request& request, Answer answer) {
  const std::optional<Session> session = room.sessions.find(request);
  if (!session) return to_login(request);
  try {
    return answer(Visit{request, *session, Api(room.ask, session->token), {}});
  } catch (const LoggedOut&) {
    room.sessions.end(*session);
    return to_login(request);
  } catch (const ApiError& error) {
    return show(error_page(error.http_status(), error.error_code(), error.what()), &*session);
  } catch (const std::exception& error) {
    return show(error_page(500, "INTERNAL_ERROR", error.what()), &*session);
  }
}

}  // namespace

std::string Visit::asked(const std::string& name) const {
  const auto found = request.query.find(name);
  return found == request.query.end() ? "" : found->second;
}

std::string Visit::field(const std::string& name) const {
  const auto found = form.find(name);
  return found == form.end() ? "" : found->second;
}

Response show(const Page& page, const Session* session) {
  Html whole = page_head(page);
  whole << "<body>"_html << navigation(session) << (page.is_live ? "<main data-live>"_html : "<main>"_html) << page.main
        << "</main></body></html>"_html;
  Response response{.status = page.status, .body = whole.text(), .content_type = "text/html; charset=utf-8"};
  response.headers = {{"Content-Security-Policy", policy_of(page)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"X-Frame-Options", "DENY"},
                      {"Referrer-Policy", "same-origin"},
                      {"Cache-Control", "no-store"}};
  return response;
}

// An address may hold what a visitor wrote, and stands in a header: nothing in it may end the line.
Response go_to(const std::string& wanted) {
  std::string address;
  for (const char letter : wanted)
    address += letter > ' ' && letter < 0x7f ? std::string(1, letter) : percent_encode({&letter, 1});
  Response response{.status = 303, .body = "", .content_type = "text/plain"};
  response.headers = {{"Location", address}, {"Cache-Control", "no-store"}};
  return response;
}

Html form_begin(const Session& session, const std::string& address) {
  Html form;
  form << "<form method=\"post\" action=\""_html << address << "\"><input type=\"hidden\" name=\"form\" value=\""_html
       << form_token(session) << "\">"_html;
  return form;
}

void add_reader(Router& router, Room& room, const std::string& route, Reader reader) {
  const auto handler = [&room, reader = std::move(reader)](const Request& request) {
    return answer_visit(room, request, [&](const Visit& visit) { return show(reader(visit), &visit.session); });
  };
  router.add("GET", route, handler, Router::Access::kPublic);
}

void add_raw_reader(Router& router, Room& room, const std::string& route, RawReader reader) {
  const auto handler = [&room, reader = std::move(reader)](const Request& request) {
    return answer_visit(room, request, reader);
  };
  router.add("GET", route, handler, Router::Access::kPublic);
}

void add_action(Router& router, Room& room, const std::string& route, Action action) {
  const auto handler = [&room, action = std::move(action)](const Request& request) {
    return answer_visit(room, request, [&](Visit visit) {
      visit.form = parse_form(request.body);
      if (!is_same_origin(request) || !same_text(visit.field("form"), form_token(visit.session)))
        throw ApiError(403, "PERMISSION_DENIED", "This form was not made by a page of this workspace. Open it again.");
      return go_to(action(visit));
    });
  };
  router.add("POST", route, handler, Router::Access::kPublic);
}

}  // namespace brickwork::local::pages

namespace brickwork::local {

Pages::Pages(Router& router, PagesOptions options) : room_(std::make_unique<pages::Room>(std::move(options))) {
  pages::add_assets(router);
  pages::add_login(router, *room_);
  pages::add_consent(router, *room_);
  pages::add_job_pages(router, *room_);
  pages::add_run_pages(router, *room_);
  pages::add_run_actions(router, *room_);
  pages::add_cluster_pages(router, *room_);
}

Pages::~Pages() = default;

}  // namespace brickwork::local
