#include <algorithm>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/not_found.h"
#include "local/jobs/open_points.h"
#include "local/jobs/references.h"
#include "local/jobs/routes.h"
#include "local/jobs/trigger.h"

namespace brickwork::local {
namespace {

using boost::json::object;

constexpr std::size_t kParameterLimit = 10'000;

std::string idempotency_token(const object& arguments) {
  std::string token = text_field(arguments, "idempotency_token").value_or("");
  if (token.size() > 64) throw invalid_parameter("The idempotency token must have at most 64 characters.");
  return token;
}

void check_size(const object& arguments, std::string_view name) {
  const boost::json::value* parameters = arguments.if_contains(name);
  if (parameters != nullptr && reference_text(*parameters).size() > kParameterLimit)
    throw invalid_parameter(std::string(name) + " must not be longer than 10000 bytes of JSON.");
}

std::map<std::string, std::string> given_job_parameters(const object& arguments) {
  std::map<std::string, std::string> values;
  check_size(arguments, "job_parameters");
  if (const object* given = object_field(arguments, "job_parameters"))
    for (const auto& member : *given) values[std::string(member.key())] = reference_text(member.value());
  return values;
}

std::vector<std::string> texts(const object& arguments, std::string_view name) {
  std::vector<std::string> list;
  const boost::json::array* entries = array_field(arguments, name);
  if (entries == nullptr) return list;
  for (const boost::json::value& entry : *entries) {
    if (!entry.is_string()) throw malformed_request("Expected strings in " + std::string(name) + ".");
    list.emplace_back(entry.get_string());
  }
  return list;
}

// Those that end on a command line are lists of ASCII text, as Databricks has it; the others are pairs.
void check_parameters(const object& arguments, std::string_view name) {
  const bool pairs = name == "notebook_params" || name == "python_named_params" || name == "sql_params";
  if (pairs) {
    object_field(arguments, name);
    return;
  }
  for (const std::string& text : texts(arguments, name)) {
    const bool ascii = std::ranges::all_of(text, [](unsigned char letter) { return letter < 128; });
    if (!ascii && (name == "python_params" || name == "spark_submit_params"))
      throw invalid_parameter(std::string(name) + " may hold only ASCII characters.");
  }
}

// Airflow sends every kind of parameters with every run-now, those that nobody gave as [].
bool is_empty(const boost::json::value& given) {
  return given.is_null() || (given.is_array() && given.get_array().empty()) ||
         (given.is_object() && given.get_object().empty());
}

object overriding_parameters(const object& arguments) {
  object parameters;
  for (const char* name : {"notebook_params", "jar_params", "python_params", "python_named_params",
                           "spark_submit_params", "sql_params", "dbt_commands"}) {
    check_size(arguments, name);
    const boost::json::value* given = arguments.if_contains(name);
    if (given == nullptr || is_empty(*given)) continue;
    check_parameters(arguments, name);
    parameters[name] = *given;
  }
  if (parameters.contains("notebook_params") && parameters.contains("jar_params"))
    throw invalid_parameter("notebook_params cannot be given together with jar_params.");
  return parameters;
}

std::optional<bool> queue_override(const object& arguments) {
  const object* queue = object_field(arguments, "queue");
  return queue == nullptr ? std::nullopt : flag_field(*queue, "enabled");
}

bool is_continuous(const object& settings) {
  const std::optional<Trigger> trigger = active_trigger(settings);
  return trigger && std::holds_alternative<ContinuousTrigger>(*trigger);
}

Response run_now(const JobsRoom& room, const Request& request) {
  const object& arguments = request.arguments();
  const std::int64_t job_id = required_integer(arguments, "job_id");
  const std::optional<Job> job = room.jobs.find(job_id);
  if (!job) throw no_such_job(job_id);
  if (is_continuous(*job->settings) && room.scheduler.has_active_run(job_id))
    throw ApiError(
        409, "CONFLICT",
        "A concurrent request to run the continuous job is already in progress. Cancel its active run first.");
  Launch launch{.job_id = job_id, .settings = job->settings};
  launch.run_name = text_field(*job->settings, "name").value_or("Untitled");
  launch.user_name = request.caller.user_name;
  launch.run_as = run_as(*job);
  launch.idempotency_token = idempotency_token(arguments);
  launch.job_parameters = given_job_parameters(arguments);
  launch.overriding_parameters = overriding_parameters(arguments);
  launch.only = texts(arguments, "only");
  launch.queue = queue_override(arguments);
  const std::int64_t run_id = room.scheduler.launch(launch);
  return json_response({{"run_id", run_id}, {"number_in_job", run_id}});
}

void forget_retries(object& settings) {
  if (boost::json::value* tasks = settings.if_contains("tasks"))
    for (boost::json::value& task : tasks->as_array()) task.as_object().erase("max_retries");
}

Response submit(const JobsRoom& room, const Request& request) {
  const object& arguments = request.arguments();
  Launch launch{.job_id = new_id(), .run_type = "SUBMIT_RUN"};
  object settings = submitted_settings(arguments);
  if (chosen("submit-retries") == "ignore") forget_retries(settings);
  launch.settings = std::make_shared<const object>(std::move(settings));
  launch.run_name = text_field(arguments, "run_name").value_or("Untitled");
  launch.user_name = request.caller.user_name;
  launch.idempotency_token = idempotency_token(arguments);
  return json_response({{"run_id", room.scheduler.launch(launch)}});
}

Response repair(const JobsRoom& room, const Request& request) {
  const object& arguments = request.arguments();
  RepairRequest repair{.run_id = required_integer(arguments, "run_id")};
  repair.rerun_tasks = texts(arguments, "rerun_tasks");
  repair.rerun_all_failed_tasks = flag_field(arguments, "rerun_all_failed_tasks").value_or(false);
  repair.rerun_dependent_tasks = flag_field(arguments, "rerun_dependent_tasks").value_or(false);
  repair.latest_repair_id = integer_field(arguments, "latest_repair_id");
  repair.job_parameters = given_job_parameters(arguments);
  repair.overriding_parameters = overriding_parameters(arguments);
  return json_response({{"repair_id", room.scheduler.repair(repair)}});
}

}  // namespace

void add_start_routes(Router& router, const JobsRoom& room, const std::string& prefix, ApiVersion) {
  router.add("POST", prefix + "run-now", [=](const Request& request) { return run_now(room, request); });
  router.add("POST", prefix + "runs/submit", [=](const Request& request) { return submit(room, request); });
  router.add("POST", prefix + "runs/repair", [=](const Request& request) { return repair(room, request); });
}

}  // namespace brickwork::local
