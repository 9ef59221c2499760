#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/not_found.h"
#include "local/jobs/page.h"
#include "local/jobs/routes.h"
#include "local/jobs/show.h"

namespace brickwork::local {
namespace {

using boost::json::object;

Response create(const JobsRoom& room, ApiVersion version, const Request& request) {
  object settings = request.arguments();
  settings.stable_erase("access_control_list");
  Job job{new_id(), now_ms(), request.caller.user_name, nullptr};
  job.settings = std::make_shared<const object>(stored_settings(std::move(settings), version));
  room.jobs.insert(job);
  room.triggers.job_changed(job.job_id);
  return json_response({{"job_id", job.job_id}});
}

Response get(const JobsRoom& room, ApiVersion version, const Request& request) {
  const std::int64_t job_id = required_integer(request.arguments(), "job_id");
  const std::optional<Job> job = room.jobs.find(job_id);
  if (!job) throw no_such_job(job_id);
  const std::string token = text_field(request.arguments(), "page_token").value_or("");
  return json_response(show_job(*job, {version, page_offset(token, "jobs/get " + std::to_string(job_id))}));
}

// The lists inside a listed job are cut at a page and say so; jobs/get has the rest.
object show_listed(const Job& job, ApiVersion version, bool expand_tasks) {
  object shown = show_job(job, {version, 0, expand_tasks});
  shown.stable_erase("next_page_token");
  return shown;
}

Response list(const JobsRoom& room, ApiVersion version, const Request& request) {
  const object& arguments = request.arguments();
  const std::int64_t limit = integer_field(arguments, "limit").value_or(20);
  if (limit < 1 || limit > 100) throw invalid_parameter("limit must be between 1 and 100.");
  const bool expand_tasks = flag_field(arguments, "expand_tasks").value_or(false);
  const std::string query = "jobs/list " + query_text(arguments);
  const ListPage page = list_page(arguments, query, limit);
  std::vector<Job> jobs = room.jobs.list(text_field(arguments, "name"), page);
  std::vector<ListPlace> places;
  places.reserve(jobs.size());
  for (const Job& job : jobs) places.push_back({0, job.created_time, job.job_id});
  object answer;
  finish_page(answer, page, query, version != ApiVersion::k22, jobs, std::move(places));
  if (jobs.empty()) return json_response(answer);
  boost::json::array& shown = answer["jobs"].emplace_array();
  for (const Job& job : jobs) shown.push_back(show_listed(job, version, expand_tasks));
  return json_response(answer);
}

Response reset(const JobsRoom& room, ApiVersion version, const Request& request) {
  const std::int64_t job_id = required_integer(request.arguments(), "job_id");
  const object* new_settings = object_field(request.arguments(), "new_settings");
  if (new_settings == nullptr) throw invalid_parameter("Missing required field: new_settings");
  const std::optional<Job> job = room.jobs.find(job_id);
  if (!job) throw no_such_job(job_id);
  object settings = stored_settings(*new_settings, version);
  settings.stable_erase("access_control_list");
  // Who the job runs as is not lost by leaving it out.
  if (const auto* run_as = job->settings->if_contains("run_as"); run_as != nullptr && !settings.contains("run_as"))
    settings["run_as"] = *run_as;
  room.jobs.replace_settings(job_id, settings);
  room.triggers.job_changed(job_id);
  return {};
}

Response update(const JobsRoom& room, const Request& request) {
  const std::int64_t job_id = required_integer(request.arguments(), "job_id");
  const std::optional<Job> job = room.jobs.find(job_id);
  if (!job) throw no_such_job(job_id);
  const object* new_settings = object_field(request.arguments(), "new_settings");
  std::vector<std::string> remove;
  if (const boost::json::array* names = array_field(request.arguments(), "fields_to_remove"))
    for (const boost::json::value& name : *names) {
      if (!name.is_string()) throw malformed_request("Expected strings in fields_to_remove.");
      remove.emplace_back(name.get_string());
    }
  room.jobs.replace_settings(
      job_id, updated_settings(*job->settings, new_settings == nullptr ? object() : *new_settings, remove));
  room.triggers.job_changed(job_id);
  return {};
}

Response remove(const JobsRoom& room, const Request& request) {
  const std::int64_t job_id = required_integer(request.arguments(), "job_id");
  if (!room.jobs.remove(job_id)) throw no_such_job(job_id);
  room.triggers.job_changed(job_id);
  return {};
}

}  // namespace

void add_job_routes(Router& router, const JobsRoom& room, const std::string& prefix, ApiVersion version) {
  router.add("POST", prefix + "create", [=](const Request& request) { return create(room, version, request); });
  router.add("GET", prefix + "get", [=](const Request& request) { return get(room, version, request); });
  router.add("GET", prefix + "list", [=](const Request& request) { return list(room, version, request); });
  router.add("POST", prefix + "reset", [=](const Request& request) { return reset(room, version, request); });
  router.add("POST", prefix + "update", [=](const Request& request) { return update(room, request); });
  router.add("POST", prefix + "delete", [=](const Request& request) { return remove(room, request); });
}

}  // namespace brickwork::local
