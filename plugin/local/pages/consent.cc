#include <boost/json/array.hpp>

#include "local/fields.h"
#include "local/pages/room.h"

namespace brickwork::local::pages {
namespace {

namespace json = boost::json;

constexpr const char* kAuthorize = "/api/brickwork/oidc/authorize";

// What the application asked for, as it stands in the address, and what the user says to it.
json::object question(const Visit& visit, const std::string& answer) {
  json::object body;
  for (const auto& [name, value] : visit.request.query) body[name] = value;
  body["answer"] = answer;
  return body;
}

std::string address_with_query(const Request& request) {
  std::string address = request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    address.append(1, separator).append(percent_encode(name)).append("=").append(percent_encode(value));
    separator = '&';
  }
  return address;
}

Page consent_page(const Visit& visit, const json::object& asked) {
  const std::string name = text_field(asked, "app_name").value_or("");
  Page page{.title = "Allow access?", .form_origin = text_field(asked, "redirect_origin").value_or("")};
  page.main << "<div class=\"login\"><h1>Allow access?</h1><p><strong>"_html << name
            << "</strong> wants to act in this workspace as <strong>"_html << visit.session.user_name
            << "</strong>.</p><ul>"_html;
  if (const json::array* scopes = array_field(asked, "scopes"))
    for (const json::value& scope : *scopes)
      page.main << "<li><code>"_html << std::string_view(scope.as_string()) << "</code></li>"_html;
  page.main << "</ul><p class=\"quiet\">Allow it only if you started this login yourself. It goes on at <code>"_html
            << page.form_origin << "</code>.</p>"_html << form_begin(visit.session, address_with_query(visit.request))
            << "<button name=\"answer\" value=\"allow\" id=\"allow\">Allow</button> <button class=\"quiet\" "
               "name=\"answer\" value=\"deny\" id=\"deny\">Deny</button></form></div>"_html;
  return page;
}

// An error that the application is told of at its own address needs no page of ours.
Response ask(const Visit& visit) {
  const json::object asked = visit.api.post(kAuthorize, question(visit, ""));
  if (const auto location = text_field(asked, "location")) return go_to(*location);
  return show(consent_page(visit, asked), &visit.session);
}

std::string answer(const Visit& visit) {
  const std::string wanted = visit.field("answer") == "allow" ? "allow" : "deny";
  return text_field(visit.api.post(kAuthorize, question(visit, wanted)), "location").value_or("/jobs");
}

}  // namespace

void add_consent(Router& router, Room& room) {
  for (const char* path : {"/oidc/v1/authorize", "/oidc/accounts/{account_id}/v1/authorize"}) {
    add_raw_reader(router, room, path, ask);
    add_action(router, room, path, answer);
  }
}

}  // namespace brickwork::local::pages
