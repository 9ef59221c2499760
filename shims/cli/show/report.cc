#include "show/report.h"

#include <cstdio>

namespace brickwork::cli {
namespace {

// A document that is nested for mischief has pointers that fill a screen; with --json they are whole.
std::string shortened(const std::string& pointer) {
  constexpr std::size_t kEnough = 200;
  return pointer.size() <= kEnough ? pointer : pointer.substr(0, kEnough) + "...";
}

std::string fix_of(bw_status status, const json::object& details) {
  if (std::string own = text_of(details, "fix"); !own.empty()) return own;
  switch (status) {
    case BW_UNAUTHENTICATED:
      return "set DATABRICKS_HOST and DATABRICKS_TOKEN, or name a profile of .databrickscfg with --profile; "
             "`brickwork auth check` shows what is used";
    case BW_PERMISSION_DENIED:
      return "`brickwork auth check` shows as whom you are logged in";
    case BW_DEADLINE_EXCEEDED:
      return "a run that was started goes on; `brickwork watch RUN` follows it, --timeout gives it longer";
    case BW_UNAVAILABLE:
      return "the same command can be given again; with --key it never starts a second run";
    case BW_UNIMPLEMENTED:
      return "a later library may know it; `brickwork info` shows which one is used";
    default:
      return {};
  }
}

std::string origin(const json::object& details) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (const auto code = text_of(details, "error_code"); !code.empty()) add(code);
  if (const auto http = number_of(details, "http_status"); http != 0) add("HTTP " + std::to_string(http));
  if (const auto attempts = number_of(details, "attempts"); attempts > 1) add(std::to_string(attempts) + " attempts");
  if (const auto request = text_of(details, "request_id"); !request.empty()) add("request " + request);
  if (const auto* sent = details.if_contains("sent"); sent != nullptr && sent->is_string()) {
    add("whether the workspace took the request is not known");
  }
  return text;
}

json::object details_of(const Error& error) {
  if (error.json().empty()) return {};
  boost::system::error_code ignored;
  json::value parsed = json::parse(error.json(), ignored);
  if (!parsed.is_object()) return {};
  point_into_the_file(parsed.get_object());
  return std::move(parsed.get_object());
}

int print(int exit_status, const std::string& text, json::object document, bool as_json) {
  std::fflush(stdout);
  std::fputs(text.c_str(), stderr);
  if (as_json) {
    document["exit_status"] = exit_status;
    std::printf("%s\n", json::serialize(json::object{{"error", std::move(document)}}).c_str());
    std::fflush(stdout);
  }
  return exit_status;
}

}  // namespace

std::string findings_text(const json::array& findings) {
  std::string text;
  for (const json::value& value : findings) {
    if (!value.is_object()) continue;
    const json::object& finding = value.get_object();
    const std::string pointer = text_of(finding, "pointer");
    text += text_of(finding, "severity", "error") + "  " + (pointer.empty() ? "(the document)" : shortened(pointer)) +
            "  " + text_of(finding, "message");
    if (const auto rule = text_of(finding, "rule"); !rule.empty()) text += "  [" + rule + "]";
    text += '\n';
    if (const auto fix = text_of(finding, "fix"); !fix.empty()) text += "       -> " + fix + "\n";
  }
  return text;
}

std::string error_text(bw_status status, const std::string& message, const json::object& details) {
  std::string text = "brickwork: " + message + "\n";
  const json::array& findings = array_of(details, "findings");
  if (const auto pointer = text_of(details, "pointer"); !pointer.empty() && findings.empty()) {
    text += "  at " + shortened(pointer) + "\n";
  }
  text += findings_text(findings);
  if (const auto from = origin(details); !from.empty()) text += "  (" + from + ")\n";
  if (const auto fix = fix_of(status, details); !fix.empty()) text += "  -> " + fix + "\n";
  return text;
}

int report(const Error& error, bool as_json) {
  json::object details = details_of(error);
  const std::string text = error_text(error.status(), error.message(), details);
  details["code"] = error.status();
  details["message"] = error.message();
  return print(exit_status_of(error.status()), text, std::move(details), as_json);
}

int report(const Stop& stop, bool as_json) {
  json::object details{{"message", stop.what()}};
  if (!stop.fix().empty()) details["fix"] = stop.fix();
  return print(stop.exit_status(), error_text(BW_OK, stop.what(), details), details, as_json);
}

}  // namespace brickwork::cli
