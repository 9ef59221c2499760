#include "boundary/error.h"
#include "boundary/verbs.h"
#include "group/import.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

constexpr std::string_view kSettings = "/settings";

// jobs/get answers the tasks of a large job page by page; half of a job would become half of a group.
Status missing_pages(const json::object& request) {
  const json::value* token = request.if_contains("next_page_token");
  const json::value* more = request.if_contains("has_more");
  if (token != nullptr && token->is_string() && !token->get_string().empty())
    return failure(Code::kInvalidArgument,
                   "next_page_token says that there are more tasks: read all pages and put their arrays together",
                   "/next_page_token");
  if (more != nullptr && more->is_bool() && more->get_bool())
    return failure(Code::kInvalidArgument,
                   "has_more says that there are more tasks: read all pages and put their arrays together",
                   "/has_more");
  return Status();
}

}  // namespace

Result<json::object> import_group(json::object request) {
  if (Status missing = missing_pages(request); !missing.ok()) return missing;
  json::value* settings = request.if_contains("settings");
  if (settings == nullptr)
    return failure(Code::kInvalidArgument, "the request has no member \"settings\"", std::string(kSettings));
  Result<group::Imported> result = group::import_settings(std::move(*settings));
  if (!result.ok()) {
    Fault fault = result.status().fault();
    if (fault.code == Code::kInvalidArgument) fault.pointer.insert(0, kSettings);
    for (Finding& finding : fault.findings) finding.pointer.insert(0, kSettings);
    return Status(std::move(fault));
  }
  group::Imported& imported = result.value();
  json::array findings;
  for (Finding& finding : imported.findings) {
    finding.pointer.insert(0, kSettings);
    findings.push_back(finding_json(finding));
  }
  return json::object{
      {"group", std::move(imported.group)}, {"digest", std::move(imported.digest)}, {"findings", std::move(findings)}};
}

}  // namespace brickwork::boundary
