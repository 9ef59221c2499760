#include "local/api_error.h"
#include "local/fields.h"
#include "local/pages/room.h"

namespace brickwork::local::pages {
namespace {

// Only a place of ours: "//elsewhere" and "/\elsewhere" would leave the workspace.
std::string place_of_ours(const std::string& wanted) {
  const bool is_ours = wanted.starts_with('/') && !wanted.starts_with("//") &&
                       wanted.find_first_of("\\\r\n\t") == std::string::npos && !wanted.starts_with("/login");
  return is_ours ? wanted : "/jobs";
}

Response login_page(const Room& room, const std::string& next, const std::string& complaint) {
  Page page{.title = "Log in", .status = complaint.empty() ? 200 : 403};
  page.main << "<div class=\"login\"><h1>Log in to this workspace</h1>"_html;
  if (!complaint.empty()) page.main << "<p class=\"message bad\" role=\"alert\">"_html << complaint << "</p>"_html;
  page.main
      << "<form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"next\" value=\""_html << next
      << "\"><label for=\"token\">Access token</label><input id=\"token\" name=\"token\" type=\"password\" "
         "autocomplete=\"current-password\" spellcheck=\"false\" required autofocus><button>Log in</button></form>"
         "<p class=\"quiet\">The token of the workspace's owner is in <code>"_html
      << room.token_file << "</code>.</p></div>"_html;
  return show(page, nullptr);
}

// A session cookie: gone with the browser. HttpOnly keeps it from scripts, Strict from requests that others cause.
std::string cookie_text(const Room& room, const std::string& value, bool is_end) {
  return room.sessions.cookie_name() + "=" + value + "; Path=/; HttpOnly; SameSite=Strict" +
         (room.is_tls ? "; Secure" : "") + (is_end ? "; Max-Age=0" : "");
}

Response log_in(Room& room, const Request& request) {
  std::map<std::string, std::string> form = parse_form(request.body);
  const std::string next = place_of_ours(form["next"]);
  if (!is_same_origin(request)) return login_page(room, next, "That form was sent by another site.");
  try {
    const Api api(room.ask, form["token"]);
    const std::string user = text_field(api.get("/api/2.0/preview/scim/v2/Me"), "userName").value_or("");
    const Session session = room.sessions.begin(form["token"], user);
    Response response = go_to(next);
    response.headers.emplace_back("Set-Cookie", cookie_text(room, session.id, /*is_end=*/false));
    return response;
  } catch (const LoggedOut&) {
    return login_page(room, next, "This is not a valid token of this workspace.");
  } catch (const ApiError& error) {
    return login_page(room, next, error.what());
  }
}

Response log_out(Room& room, const Request& request) {
  Response response = go_to("/login");
  const std::optional<Session> session = room.sessions.find(request);
  if (!session || !is_same_origin(request) || !same_text(parse_form(request.body)["form"], form_token(*session)))
    return response;
  room.sessions.end(*session);
  response.headers.emplace_back("Set-Cookie", cookie_text(room, "", /*is_end=*/true));
  return response;
}

}  // namespace

void add_login(Router& router, Room& room) {
  router.add(
      "GET", "/login",
      [&room](const Request& request) {
        const auto next = request.query.find("next");
        return login_page(room, place_of_ours(next == request.query.end() ? "" : next->second), "");
      },
      Router::Access::kPublic);
  router.add(
      "POST", "/login", [&room](const Request& request) { return log_in(room, request); }, Router::Access::kPublic);
  router.add(
      "POST", "/logout", [&room](const Request& request) { return log_out(room, request); }, Router::Access::kPublic);
  router.add(
      "GET", "/", [](const Request&) { return go_to("/jobs"); }, Router::Access::kPublic);
}

}  // namespace brickwork::local::pages
