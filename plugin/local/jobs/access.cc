#include "local/jobs/access.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <memory>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/resources/permissions.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Access {
  JobsRoom room;
  PermissionStore& permissions;
  UserStore& users;
};
using SharedAccess = std::shared_ptr<Access>;

struct Needed {
  const char* level;
  const char* words;
};
constexpr Needed kView{"CAN_VIEW", "View or Admin or Manage Run or Owner"};
constexpr Needed kManageRun{"CAN_MANAGE_RUN", "Admin or Manage Run or Owner"};
constexpr Needed kManage{"IS_OWNER", "Admin or Owner"};

ObjectName job_object(std::int64_t job_id) { return {"jobs", std::to_string(job_id)}; }

ApiError denied(const Caller& caller, const Needed& needed, const std::string& object) {
  return {403, "PERMISSION_DENIED",
          "User " + caller.user_name + " does not have " + needed.words + " permissions on " + object};
}

void require_job(const Access& access, const Request& request, std::int64_t job_id, const Needed& needed) {
  if (!access.permissions.allows(request.caller, job_object(job_id), needed.level))
    throw denied(request.caller, needed, "job " + std::to_string(job_id));
}

std::optional<std::int64_t> job_of_run(const Access& access, std::int64_t run_id) {
  std::optional<std::int64_t> job_id;
  std::int64_t parent = 0;  // whose permissions the run of a notebook has
  access.room.scheduler.read(run_id, [&](const Run& run) {
    job_id = run.job_id;
    if (run.is_notebook_workflow()) parent = run.parent_task_run_id;
  });
  return parent == 0 ? job_id : job_of_run(access, parent);
}

void require_run(const Access& access, const Request& request, const Needed& needed) {
  if (request.caller.is_admin()) return;
  const std::int64_t run_id = required_integer(request.arguments(), "run_id");
  const auto job_id = job_of_run(access, run_id);
  if (!job_id) throw denied(request.caller, needed, "run " + std::to_string(run_id));
  require_job(access, request, *job_id, needed);
}

// A job that runs as somebody else would lend out that user's permissions.
void check_run_as(const Request& request, const json::object& settings) {
  const json::object* run_as = object_field(settings, "run_as");
  if (run_as == nullptr || request.caller.is_admin()) return;
  for (const char* member : {"user_name", "service_principal_name", "group_name"})
    if (const auto name = text_field(*run_as, member); name && *name != request.caller.user_name)
      throw ApiError(403, "PERMISSION_DENIED",
                     "User " + request.caller.user_name + " is not allowed to let a job run as " + *name);
}

std::optional<std::vector<Grant>> given_grants(const Access& access, const json::object& settings) {
  const json::array* list = array_field(settings, "access_control_list");
  if (list == nullptr) return std::nullopt;
  return grants_of(access.users, "jobs", *list);
}

// `grants` and, unless they name one, the owner.
void grant(const Access& access, std::int64_t job_id, std::int64_t owner_id, std::vector<Grant> grants) {
  const auto owners = std::ranges::count(grants, "IS_OWNER", &Grant::level);
  if (owners > 1) throw invalid_parameter("The job must have exactly one owner.");
  if (owners == 0) {
    std::erase_if(grants, [&](const Grant& each) { return each.principal_id == owner_id; });
    grants.push_back({owner_id, "IS_OWNER"});
  }
  access.permissions.replace(job_object(job_id), grants);
}

std::int64_t integer_in(const Response& response, const char* member) {
  return json::parse(response.body).at(member).to_number<std::int64_t>();
}

Response create(const Access& access, const Request& request, const Handler& handler) {
  check_run_as(request, request.arguments());
  const auto grants = given_grants(access, request.arguments());
  Response response = handler(request);
  // Without a list nothing is written: the creator is the owner.
  if (grants) grant(access, integer_in(response, "job_id"), request.caller.user_id, *grants);
  return response;
}

Response submit(const Access& access, const Request& request, const Handler& handler) {
  check_run_as(request, request.arguments());
  const auto grants = given_grants(access, request.arguments());
  Response response = handler(request);
  const auto job_id = job_of_run(access, integer_in(response, "run_id"));
  // A known idempotency token answers with the run of an earlier request, whose permissions stay.
  if (job_id && access.permissions.direct(job_object(*job_id)).empty())
    grant(access, *job_id, request.caller.user_id, grants.value_or(std::vector<Grant>()));
  return response;
}

std::int64_t owner_of(const Access& access, std::int64_t job_id) {
  for (const PermissionStore::Held& held : access.permissions.held(job_object(job_id)))
    if (held.grant.level == "IS_OWNER") return held.grant.principal_id;
  return 0;
}

Response change(const Access& access, const Request& request, const Handler& handler) {
  const std::int64_t job_id = required_integer(request.arguments(), "job_id");
  require_job(access, request, job_id, kManage);
  const json::object* settings = object_field(request.arguments(), "new_settings");
  if (settings == nullptr) return handler(request);
  check_run_as(request, *settings);
  const auto grants = given_grants(access, *settings);
  Response response = handler(request);
  if (grants) grant(access, job_id, owner_of(access, job_id), *grants);
  return response;
}

// The runs of a deleted job stay readable for those who could read them.
Response remove(const Access& access, const Request& request, const Handler& handler) {
  const std::int64_t job_id = required_integer(request.arguments(), "job_id");
  require_job(access, request, job_id, kManage);
  std::vector<Grant> grants;
  for (const PermissionStore::Held& held : access.permissions.held(job_object(job_id)))
    if (!held.inherited_from) grants.push_back(held.grant);
  access.permissions.replace(job_object(job_id), grants);
  return handler(request);
}

// Pages may be shorter than their limit for those who may not see everything; the tokens go on.
Response list(const Access& access, const Request& request, const Handler& handler, const char* member) {
  if (request.caller.is_admin()) return handler(request);
  if (const auto job_id = integer_field(request.arguments(), "job_id")) require_job(access, request, *job_id, kView);
  Response response = handler(request);
  json::value document = json::parse(response.body, {}, {.max_depth = 512});
  json::value* entries = document.is_object() ? document.get_object().if_contains(member) : nullptr;
  if (entries == nullptr) return response;
  json::array visible;
  for (json::value& entry : entries->as_array())
    if (access.permissions.allows(request.caller, job_object(entry.at("job_id").to_number<std::int64_t>()), "CAN_VIEW"))
      visible.push_back(std::move(entry));
  if (visible.empty())
    document.get_object().erase(member);
  else
    *entries = std::move(visible);
  response.body = json::serialize(document);
  return response;
}

Response cancel_all(const Access& access, const Request& request, const Handler& handler) {
  if (request.caller.is_admin()) return handler(request);
  const auto job_id = integer_field(request.arguments(), "job_id");
  if (!job_id)
    throw ApiError(403, "PERMISSION_DENIED", "Only workspace admins may cancel the queued runs of all jobs.");
  require_job(access, request, *job_id, kManageRun);
  return handler(request);
}

using Step = Response (*)(const Access&, const Request&, const Handler&);

void wrap(Router& router, const SharedAccess& access, const char* method, const std::string& route, Step step) {
  router.wrap(method, route, [access, step](const Request& request, const Handler& handler) {
    return step(*access, request, handler);
  });
}

void add_for_version(Router& router, const SharedAccess& access, const std::string& prefix) {
  wrap(router, access, "POST", prefix + "create", create);
  wrap(router, access, "POST", prefix + "update", change);
  wrap(router, access, "POST", prefix + "reset", change);
  wrap(router, access, "POST", prefix + "delete", remove);
  wrap(router, access, "POST", prefix + "runs/submit", submit);
  wrap(router, access, "POST", prefix + "runs/cancel-all", cancel_all);
  wrap(router, access, "GET", prefix + "list", [](const Access& all, const Request& request, const Handler& handler) {
    return list(all, request, handler, "jobs");
  });
  wrap(router, access, "GET", prefix + "runs/list",
       [](const Access& all, const Request& request, const Handler& handler) {
         return list(all, request, handler, "runs");
       });
  const auto with_job = [&](const char* method, const char* name, const Needed& needed) {
    router.wrap(method, prefix + name, [access, needed](const Request& request, const Handler& handler) {
      require_job(*access, request, required_integer(request.arguments(), "job_id"), needed);
      return handler(request);
    });
  };
  with_job("GET", "get", kView);
  with_job("POST", "run-now", kManageRun);
  const auto with_run = [&](const char* method, const char* name, const Needed& needed) {
    router.wrap(method, prefix + name, [access, needed](const Request& request, const Handler& handler) {
      require_run(*access, request, needed);
      return handler(request);
    });
  };
  with_run("GET", "runs/get", kView);
  with_run("GET", "runs/get-output", kView);
  with_run("GET", "runs/export", kView);
  with_run("POST", "runs/cancel", kManageRun);
  with_run("POST", "runs/repair", kManageRun);
  with_run("POST", "runs/delete", kManage);
}

}  // namespace

void add_job_access(Router& router, const JobsRoom& room, PermissionStore& permissions, UserStore& users) {
  permissions.add_kind("jobs", [&jobs = room.jobs](const std::string& id) -> std::optional<PermissionStore::Place> {
    std::int64_t job_id = 0;
    if (std::from_chars(id.data(), id.data() + id.size(), job_id).ptr != id.data() + id.size()) return std::nullopt;
    const auto job = jobs.find(job_id);
    if (!job) return std::nullopt;
    return PermissionStore::Place{"Job with ID: ElasticJobId(" + id + ")", {{"jobs", ""}}, job->creator_user_name};
  });
  const auto access = std::make_shared<Access>(Access{room, permissions, users});
  for (const char* prefix : {"/api/2.0/jobs/", "/api/2.1/jobs/", "/api/2.2/jobs/"})
    add_for_version(router, access, prefix);
}

}  // namespace brickwork::local
