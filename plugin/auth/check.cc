#include "auth/check.h"

#include <set>

#include "auth/needs.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

// Who asks, as far as permissions go.
struct Me {
  std::string user_name;
  std::string id;
  std::set<std::string, std::less<>> groups;
  std::set<std::string, std::less<>> entitlements;

  bool is_admin() const { return groups.contains("admins"); }
};

Me me_of(const json::object& document) {
  Me me;
  me.user_name = text_at(document, "userName");
  if (me.user_name.empty()) me.user_name = text_at(document, "applicationId");  // a service principal
  me.id = text_at(document, "id");
  for (const json::value& group : array_at(document, "groups"))
    if (group.is_object()) me.groups.insert(text_at(group.get_object(), "display"));
  for (const json::value& entitlement : array_at(document, "entitlements"))
    if (entitlement.is_object()) me.entitlements.insert(text_at(entitlement.get_object(), "value"));
  return me;
}

// Whether an entry of an access control list is about `me` and lets him change the job.
bool may_manage(const json::object& entry, const Me& me) {
  const bool about_me = text_at(entry, "user_name") == me.user_name ||
                        text_at(entry, "service_principal_name") == me.user_name ||
                        me.groups.contains(text_at(entry, "group_name"));
  if (!about_me) return false;
  for (const json::value& permission : array_at(entry, "all_permissions")) {
    if (!permission.is_object()) continue;
    const std::string level = text_at(permission.get_object(), "permission_level");
    if (level == "CAN_MANAGE" || level == "IS_OWNER") return true;
  }
  return false;
}

class Check {
 public:
  Check(Context& context, RestClient& client, Me me) : context_(context), client_(client), me_(std::move(me)) {}

  json::array permissions;
  json::array problems;

  Task<Status> over(std::vector<Need> needs) {
    for (Need& need : needs) {
      Task<Status> looking = over(std::move(need));
      const Status status = co_await looking;
      if (!status.ok()) co_return status;
    }
    co_return Status();
  }

 private:
  // Ok: it was found out, whatever came out. An error is one of the connection or of the operation.
  Task<Status> over(Need need) {
    if (need.what == "create_cluster") {
      const bool may = me_.is_admin() || me_.entitlements.contains("allow-cluster-create") ||
                       me_.entitlements.contains("allow-instance-pool-create");
      note(need, may, may ? "" : me_.user_name + " has no entitlement to create clusters");
      co_return Status();
    }
    Task<Result<RestResponse>> asking = client_.send(context_, need.probe);
    const Result<RestResponse> answer = co_await asking;
    if (!answer.ok()) co_return refused(need, answer.status());
    if (need.what != "manage_job") {
      note(need, true, "");
      co_return Status();
    }
    Task<Status> looking = over_job(std::move(need), answer.value().body);
    co_return co_await looking;
  }

  Task<Status> over_job(Need need, json::value list) {
    const json::array& jobs = array_at(object_or_none(list), "jobs");
    if (jobs.empty() || !jobs[0].is_object()) {
      note(need, true, "");  // there is no such job: whoever makes it owns it
      co_return Status();
    }
    const json::value* id = jobs[0].get_object().if_contains("job_id");
    RestRequest request;
    request.path = "/api/2.0/permissions/jobs/" + (id ? json::serialize(*id) : "");
    Task<Result<RestResponse>> asking = client_.send(context_, std::move(request));
    const Result<RestResponse> answer = co_await asking;
    if (!answer.ok()) co_return refused(need, answer.status());
    bool may = me_.is_admin();
    for (const json::value& entry : array_at(object_or_none(answer.value().body), "access_control_list"))
      may = may || (entry.is_object() && may_manage(entry.get_object(), me_));
    note(need, may, may ? "" : me_.user_name + " may not change the job " + need.name);
    co_return Status();
  }

  // A refusal is what was asked for; anything else is an error of the connection or of the operation.
  Status refused(const Need& need, const Status& status) {
    const bool is_about_permission = status.code() == Code::kPermissionDenied || status.code() == Code::kNotFound ||
                                     status.code() == Code::kInvalidArgument ||
                                     status.code() == Code::kFailedPrecondition;
    if (!is_about_permission) return status;
    note(need, false, status->message);
    return Status();
  }

  void note(const Need& need, bool granted, const std::string& message) {
    permissions.push_back(
        json::object{{"needs", need.what}, {"name", need.name}, {"pointer", need.pointer}, {"granted", granted}});
    if (granted) return;
    problems.push_back(json::object{{"severity", "error"},
                                    {"pointer", need.pointer},
                                    {"rule", "permission_" + need.what},
                                    {"message", message},
                                    {"fix", need.fix}});
  }

  Context& context_;
  RestClient& client_;
  const Me me_;
};

}  // namespace

json::value expiry_of(const Credential& credential, const Loop& loop) {
  const std::optional<Instant> end = credential.expires_at();
  if (!end) return nullptr;
  return loop.unix_ms() + std::chrono::duration_cast<milliseconds>(*end - loop.now()).count();
}

Task<Result<json::object>> check_login(Context& context, RestClient& client, Credential& credential,
                                       const std::map<std::string, std::string>& sources, json::object request) {
  const json::value* group = request.if_contains("group");
  if (group != nullptr && !group->is_object()) {
    co_return failure(Code::kInvalidArgument, "group must be a group document", "/group");
  }
  RestRequest whoami;
  whoami.path = "/api/2.0/preview/scim/v2/Me";
  Task<Result<RestResponse>> asking = client.send(context, std::move(whoami));
  const Result<RestResponse> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  Me me = me_of(object_or_none(answer.value().body));

  json::object document;
  document["user_name"] = me.user_name.empty() ? json::value(nullptr) : json::value(me.user_name);
  document["user_id"] = me.id;
  document["auth_type"] = credential.auth_type();
  document["host"] = client.options().host;
  document["workspace_id"] = client.options().workspace_id;
  document["expires_at_ms"] = expiry_of(credential, context.loop());
  json::object from;
  for (const auto& [setting, source] : sources) from[setting] = source;
  document["sources"] = std::move(from);
  Check check(context, client, std::move(me));
  if (group != nullptr) {
    Task<Status> looking = check.over(needs_of(group->get_object()));
    const Status status = co_await looking;
    if (!status.ok()) co_return status;
  }
  document["permissions"] = std::move(check.permissions);
  document["problems"] = std::move(check.problems);
  co_return document;
}

}  // namespace brickwork
