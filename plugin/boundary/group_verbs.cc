#include "boundary/error.h"
#include "boundary/verbs.h"
#include "group/compile.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

json::array findings_json(const std::vector<Finding>& findings) {
  json::array list;
  list.reserve(findings.size());
  for (const Finding& finding : findings) list.push_back(finding_json(finding));
  return list;
}

// Pointers lead into the document the host sent, and that is the request.
template <class Findings>
void move_below_group(Findings& findings) {
  for (Finding& finding : findings) finding.pointer.insert(0, "/group");
}

const json::value* group_of(const json::object& request) { return request.if_contains("group"); }

Status no_group() { return failure(Code::kInvalidArgument, "the request has no member \"group\"", "/group"); }

}  // namespace

Result<json::object> lint_group(json::object request) {
  const json::value* group = group_of(request);
  if (group == nullptr) return no_group();
  std::vector<Finding> findings = group::lint(*group);
  move_below_group(findings);
  bool ok = true;
  for (const Finding& finding : findings) ok = ok && finding.severity != Finding::Severity::kError;
  return json::object{{"ok", ok}, {"findings", findings_json(findings)}};
}

Result<json::object> compile_group(json::object request) {
  json::value* group = request.if_contains("group");
  if (group == nullptr) return no_group();
  if (const json::value* parity = request.if_contains("parity"); parity != nullptr && !parity->is_null()) {
    if (*parity != "airflow") {
      return failure(Code::kInvalidArgument,
                     "parity is " + json::serialize(*parity) + ", known is \"airflow\": leave parity out for group/1",
                     "/parity");
    }
    if (json::object* document = group->if_object()) (*document)["dialect"] = *parity;
  }
  Result<group::Compiled> result = group::compile(std::move(*group));
  if (!result.ok()) {
    Fault fault = result.status().fault();
    fault.pointer.insert(0, "/group");
    move_below_group(fault.findings);
    return Status(std::move(fault));
  }
  group::Compiled& compiled = result.value();
  move_below_group(compiled.findings);
  // In the request's own storage: settings made in place of the group are moved, not copied.
  json::object response(request.storage());
  response["settings"] = std::move(compiled.settings);
  json::array& tasks = response["tasks"].emplace_array();
  tasks.reserve(compiled.tasks.size());
  for (const group::CompiledTask& task : compiled.tasks) {
    json::object& entry = tasks.emplace_back(json::object_kind).get_object();
    entry.reserve(2);
    entry.emplace("path", task.path);
    entry.emplace("task_key", task.task_key);
  }
  response["groups"] = json::array(compiled.groups.begin(), compiled.groups.end());
  response["run_parameters"] = std::move(compiled.run_parameters);
  response["digest"] = compiled.digest;
  if (!compiled.run_now.empty()) response["run_now"] = std::move(compiled.run_now);
  response["findings"] = findings_json(compiled.findings);
  return response;
}

}  // namespace brickwork::boundary
