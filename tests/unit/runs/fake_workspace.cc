#include "unit/runs/fake_workspace.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "runs/wire/fields.h"

namespace brickwork::runs {
namespace {

constexpr std::size_t kPage = 100;
constexpr std::size_t kListPage = 24;

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

json::object query_of(std::string_view url) {
  json::object query;
  const std::size_t mark = url.find('?');
  while (mark != url.npos && mark + 1 < url.size()) {
    std::string_view rest = url.substr(mark + 1);
    while (!rest.empty()) {
      const std::string_view pair = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      const std::size_t equals = pair.find('=');
      query[decoded(pair.substr(0, equals))] = decoded(pair.substr(equals + 1));
    }
    break;
  }
  return query;
}

json::object error_body(std::string_view code, std::string_view message) {
  return json::object{{"error_code", code}, {"message", message}};
}

std::string http_date(std::int64_t ms) {
  const std::time_t seconds = ms / 1'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

bool is_over(const json::object& task) { return text(object_in(task, "status"), "state") == "TERMINATED"; }

void set_state(json::object& task, std::string_view life_cycle, std::string_view v2) {
  task["state"] = json::object{{"life_cycle_state", life_cycle}};
  task["status"] = json::object{{"state", v2}};
}

}  // namespace

VirtualLoop::Reply FakeWorkspace::handle(const HttpRequest& request) {
  const std::size_t host_end = request.url.find('/', request.url.find("://") + 3);
  const std::string path = request.url.substr(host_end, request.url.find('?') - host_end);
  if (down) return {.outcome = {.reached = Reached::kNotSent, .failure = "connection refused"}};

  std::optional<Edge> edge;
  for (Disturbance& disturbance : edges_) {
    if (disturbance.times == 0 || !path.ends_with(disturbance.path)) continue;
    --disturbance.times;
    edge = disturbance.edge;
    break;
  }
  if (edge == Edge::kNotSent) return {.outcome = {.reached = Reached::kNotSent, .failure = "connection refused"}};
  log.push_back(request.method + " " + path);
  const VirtualLoop::Reply lost{.outcome = {.reached = Reached::kMaybeTaken, .failure = "connection reset by peer"}};
  if (edge == Edge::kLostOnTheWay) return lost;
  if (edge == Edge::kTooMany) return answer(429, "{}");
  if (edge == Edge::kUnavailable) return answer(503, "{}");

  now_ms += 10;
  if (before) before(path);
  json::object body;
  if (!request.body.empty()) body = json::parse(request.body).as_object();
  if (request.method == "POST") bodies.push_back(body);
  const Answer result = act(path, query_of(request.url), body);
  if (edge == Edge::kAnswerLost) return lost;
  if (edge == Edge::kAnswerLostAs502) return answer(502, "<html>bad gateway</html>");
  Headers headers;
  if (tells_date) headers.emplace_back("date", http_date(now_ms));
  return answer(result.status, json::serialize(result.body), std::move(headers));
}

FakeWorkspace::Answer FakeWorkspace::act(const std::string& path, const json::object& query, const json::object& body) {
  for (const std::string& end : forbidden)
    if (path.ends_with(end)) return {403, error_body("PERMISSION_DENIED", "User has no permission")};
  if (path.ends_with("/jobs/list")) return list_jobs(query);
  if (path.ends_with("/runs/list")) return list_runs(query);
  if (path.ends_with("/jobs/create")) {
    const std::int64_t id = ++last_id_;
    jobs[id] = {.settings = body, .created_time = now_ms};
    return {.body = json::object{{"job_id", id}}};
  }
  if (path.ends_with("/runs/submit")) return run_now(body, true);
  if (path.ends_with("/runs/get")) return get_run(query);
  if (path.ends_with("/runs/get-output")) return get_output(query);
  if (path.ends_with("/runs/repair")) return repair(body);
  if (path.ends_with("/runs/cancel")) return cancel(body);

  const std::int64_t job_id = number_or_zero(body.contains("job_id") ? body : query, "job_id");
  if (!jobs.contains(job_id))
    return {400, error_body("INVALID_PARAMETER_VALUE", "Job " + std::to_string(job_id) + " does not exist.")};
  if (path.ends_with("/jobs/reset")) {
    jobs[job_id].settings = body.at("new_settings").as_object();
    return {};
  }
  if (path.ends_with("/jobs/delete")) {
    jobs.erase(job_id);
    return {};
  }
  if (path.ends_with("/jobs/get"))
    return {.body = json::object{{"job_id", job_id}, {"settings", jobs[job_id].settings}}};
  if (path.ends_with("/jobs/run-now")) return run_now(body, false);
  return {404, error_body("ENDPOINT_NOT_FOUND", "No API found for " + path)};
}

FakeWorkspace::Answer FakeWorkspace::list_jobs(const json::object& query) const {
  json::array list;
  for (const auto& [id, job] : jobs) {
    if (query.contains("name") && text(job.settings, "name") != text(query, "name")) continue;
    json::object settings = job.settings;
    settings.erase("tasks");
    list.push_back(json::object{{"job_id", id}, {"created_time", job.created_time}, {"settings", settings}});
  }
  json::object body;
  if (!list.empty()) body["jobs"] = std::move(list);
  return {.body = std::move(body)};
}

FakeWorkspace::Answer FakeWorkspace::list_runs(const json::object& query) const {
  if (refuses_lists) return {403, error_body("PERMISSION_DENIED", "no lists for you")};
  const std::int64_t job_id = number_or_zero(query, "job_id");
  std::vector<std::pair<std::int64_t, std::int64_t>> chosen;  // how late it ended, and which
  for (const auto& [id, run] : runs) {
    if (job_id != 0 && run.job_id != job_id) continue;
    const bool shown_active = active(id) || (id % 2 != 0 && end_of(run) + lists_late_ms > now_ms);
    if (query.contains("active_only") && !shown_active) continue;
    if (query.contains("completed_only") && shown_active) continue;
    chosen.emplace_back(shown_active ? id : end_of(run), id);
  }
  std::sort(chosen.begin(), chosen.end());
  if (!lists_oldest_first) std::reverse(chosen.begin(), chosen.end());

  const std::size_t from = query.contains("page_token") ? std::stoul(std::string(text(query, "page_token"))) : 0;
  const std::size_t to = std::min(chosen.size(), from + kListPage);
  json::object body;
  for (std::size_t i = from; i < to; ++i) {
    json::value& listed = body["runs"].is_array() ? body["runs"].get_array().emplace_back(nullptr)
                                                  : body["runs"].emplace_array().emplace_back(nullptr);
    listed = list_entry(chosen[i].second, query.contains("expand_tasks"));
  }
  if (to < chosen.size()) body["next_page_token"] = std::to_string(to);
  return {.body = std::move(body)};
}

json::object FakeWorkspace::list_entry(std::int64_t run_id, bool with_tasks) const {
  const SavedRun& run = runs.at(run_id);
  json::object entry = document(run_id, run);
  entry.erase("repair_history");
  if (!with_tasks) return entry;
  const std::size_t shown = std::min(run.tasks.size(), kPage);
  entry["tasks"] = json::array(run.tasks.begin(), run.tasks.begin() + static_cast<std::ptrdiff_t>(shown));
  if (shown < run.tasks.size()) entry["has_more"] = true;
  return entry;
}

std::int64_t FakeWorkspace::end_of(const SavedRun& run) {
  std::int64_t end = 0;
  for (const json::object& task : run.tasks) end = std::max(end, number_or_zero(task, "end_time"));
  return end;
}

json::object FakeWorkspace::new_task(const json::object& definition, int attempt) {
  json::object task = definition;
  task["run_id"] = ++last_id_;
  task["attempt_number"] = attempt;
  task["start_time"] = now_ms;
  const bool blocked = !array_in(definition, "depends_on").empty();
  set_state(task, blocked ? "BLOCKED" : "RUNNING", blocked ? "BLOCKED" : "RUNNING");
  return task;
}

FakeWorkspace::Answer FakeWorkspace::run_now(const json::object& body, bool submitted) {
  const std::string token(text(body, "idempotency_token"));
  if (tokens_.contains(token) && !runs.contains(tokens_[token]))
    return {400, error_body("INVALID_PARAMETER_VALUE", of_deleted_run)};
  if (tokens_.contains(token)) return {.body = json::object{{"run_id", tokens_[token]}}};
  const std::int64_t run_id = ++last_id_;
  if (!token.empty()) tokens_[token] = run_id;
  SavedRun& run = runs[run_id];
  run.job_id = submitted ? ++last_id_ : number_or_zero(body, "job_id");
  run.submitted = submitted;
  run.parameters = object_in(body, "job_parameters");
  for (const json::value& task : array_in(submitted ? body : jobs[run.job_id].settings, "tasks"))
    run.tasks.push_back(new_task(task.as_object(), 0));
  run.history.push_back(json::object{{"type", "ORIGINAL"}, {"start_time", now_ms}});
  return {.body = json::object{{"run_id", run_id}, {"number_in_job", run_id}}};
}

json::object* FakeWorkspace::latest(SavedRun& run, std::string_view key) {
  json::object* found = nullptr;
  for (json::object& task : run.tasks)
    if (text(task, "task_key") == key) found = &task;
  return found;
}

json::object FakeWorkspace::document(std::int64_t run_id, const SavedRun& run) const {
  json::object document{{"run_id", run_id}, {"job_id", run.job_id}, {"run_name", "fake"}};
  document["start_time"] = run.history.front().as_object().at("start_time");
  document["run_type"] = run.submitted ? "SUBMIT_RUN" : "JOB_RUN";
  document["run_page_url"] = "https://fake.example/?o=0#job/1/run/" + std::to_string(run_id);
  bool failed = false, canceled = false;
  std::map<std::string_view, const json::object*> last;
  for (const json::object& task : run.tasks) last[text(task, "task_key")] = &task;
  for (const auto& [key, task] : last) {
    const std::string_view result = text(object_in(*task, "state"), "result_state");
    failed = failed || result == "FAILED" || result == "UPSTREAM_FAILED";
    canceled = canceled || result == "CANCELED";
  }
  if (active(run_id)) {
    set_state(document, "RUNNING", "RUNNING");
  } else {
    const std::string_view result = failed ? "FAILED" : canceled ? "CANCELED" : "SUCCESS";
    document["state"] =
        json::object{{"life_cycle_state", failed ? "INTERNAL_ERROR" : "TERMINATED"}, {"result_state", result}};
    document["status"] = json::object{{"state", "TERMINATED"}};
    document["end_time"] = end_of(run);
  }
  json::array parameters;
  for (const auto& [name, value] : run.parameters) parameters.push_back(json::object{{"name", name}, {"value", value}});
  if (!parameters.empty()) document["job_parameters"] = std::move(parameters);
  document["repair_history"] = run.history;
  return document;
}

FakeWorkspace::Answer FakeWorkspace::get_run(const json::object& query) const {
  const std::int64_t run_id = number_or_zero(query, "run_id");
  const auto found = runs.find(run_id);
  if (found == runs.end())
    return {400, error_body("INVALID_PARAMETER_VALUE", "Run " + std::to_string(run_id) + " does not exist.")};
  const std::size_t from = query.contains("page_token") ? std::stoul(std::string(text(query, "page_token"))) : 0;
  const std::size_t to = std::min(found->second.tasks.size(), from + kPage);
  json::object body = document(run_id, found->second);
  if (from > 0) body.erase("repair_history");
  json::array& tasks = body["tasks"].emplace_array();
  for (std::size_t i = from; i < to; ++i) tasks.push_back(found->second.tasks[i]);
  if (to < found->second.tasks.size()) body["next_page_token"] = std::to_string(to);
  return {.body = std::move(body)};
}

FakeWorkspace::Answer FakeWorkspace::get_output(const json::object& query) const {
  const std::int64_t run_id = number_or_zero(query, "run_id");
  if (runs.contains(run_id))
    return {400, error_body("INVALID_PARAMETER_VALUE",
                            "Retrieving the output of runs with multiple tasks is not supported.")};
  const auto found = outputs.find(run_id);
  return {.body = found == outputs.end() ? json::object() : found->second};
}

FakeWorkspace::Answer FakeWorkspace::repair(const json::object& body) {
  const std::int64_t run_id = number_or_zero(body, "run_id");
  if (!runs.contains(run_id))
    return {400, error_body("INVALID_PARAMETER_VALUE", "Run " + std::to_string(run_id) + " does not exist.")};
  SavedRun& run = runs[run_id];
  const json::object& newest = run.history.back().as_object();
  if (number_or_zero(newest, "id") != number_or_zero(body, "latest_repair_id"))
    return {400, error_body("INVALID_PARAMETER_VALUE",
                            "The latest repair ID needs to be provided in order to create a new repair")};
  if (active(run_id)) return {400, error_body("INVALID_STATE", "Run is in progress")};

  const std::int64_t repair_id = ++last_id_;
  json::array ids;
  for (const json::value& key : array_in(body, "rerun_tasks")) {
    const json::object* old = latest(run, key.as_string());
    const int attempt = static_cast<int>(number_or_zero(*old, "attempt_number")) + 1;
    run.tasks.push_back(new_task(definition_now(run.job_id, *old), attempt));
    ids.push_back(run.tasks.back().at("run_id"));
  }
  run.history.push_back(
      json::object{{"type", "REPAIR"}, {"id", repair_id}, {"start_time", now_ms}, {"task_run_ids", std::move(ids)}});
  return {.body = json::object{{"repair_id", repair_id}}};
}

// A repair takes the settings of the moment.
json::object FakeWorkspace::definition_now(std::int64_t job_id, json::object task) const {
  task.erase("end_time");
  const auto job = jobs.find(job_id);
  if (job == jobs.end()) return task;
  for (const json::value& definition : array_in(job->second.settings, "tasks"))
    if (text(definition.as_object(), "task_key") == text(task, "task_key")) return definition.as_object();
  return task;
}

FakeWorkspace::Answer FakeWorkspace::cancel(const json::object& body) {
  const std::int64_t id = number_or_zero(body, "run_id");
  for (auto& [run_id, run] : runs)
    for (json::object& task : run.tasks)
      if ((run_id == id || number_or_zero(task, "run_id") == id) && !is_over(task)) {
        set_state(task, "TERMINATED", "TERMINATED");
        task["state"].as_object()["result_state"] = "CANCELED";
        task["end_time"] = now_ms;
      }
  return {};
}

std::int64_t FakeWorkspace::add_job(const std::string& name, json::object tags) {
  const std::int64_t id = ++last_id_;
  jobs[id] = {.settings = json::object{{"name", name}, {"tags", std::move(tags)}}, .created_time = now_ms};
  return id;
}

void FakeWorkspace::end_task(std::int64_t run_id, const std::string& key, const std::string& result, std::string code) {
  json::object& task = *latest(runs.at(run_id), key);
  task["state"] = json::object{{"life_cycle_state", "TERMINATED"}, {"result_state", result}};
  if (code.empty()) code = result == "SUCCESS" ? "SUCCESS" : "RUN_EXECUTION_ERROR";
  task["status"] = json::object{{"state", "TERMINATED"}, {"termination_details", json::object{{"code", code}}}};
  task["execution_duration"] = 1'000;
  task["end_time"] = now_ms;
}

void FakeWorkspace::end_all(std::int64_t run_id, const std::string& result) {
  std::set<std::string> keys;
  for (const json::object& task : runs.at(run_id).tasks)
    if (!is_over(task)) keys.insert(std::string(text(task, "task_key")));
  for (const std::string& key : keys) end_task(run_id, key, result);
}

bool FakeWorkspace::active(std::int64_t run_id) const {
  const auto& tasks = runs.at(run_id).tasks;
  return std::any_of(tasks.begin(), tasks.end(), [](const json::object& task) { return !is_over(task); });
}

int FakeWorkspace::count(const std::string& path_end) const {
  return static_cast<int>(
      std::count_if(log.begin(), log.end(), [&](const std::string& line) { return line.ends_with(path_end); }));
}

json::object chain(const std::string& name, std::vector<std::string> keys) {
  json::array tasks;
  std::string before;
  for (const std::string& key : keys) {
    json::object task{{"task_key", key}, {"notebook_task", json::object{{"notebook_path", "/Shared/" + key}}}};
    if (!before.empty()) task["depends_on"] = json::array{json::object{{"task_key", before}}};
    before = key;
    tasks.push_back(std::move(task));
  }
  return json::object{{"name", name}, {"tasks", std::move(tasks)}};
}

json::object many(const std::string& name, int count) {
  json::array tasks;
  for (int i = 0; i < count; ++i)
    tasks.push_back(json::object{{"task_key", "t" + std::to_string(i)},
                                 {"notebook_task", json::object{{"notebook_path", "/Shared/n"}}}});
  return json::object{{"name", name}, {"tasks", std::move(tasks)}};
}

}  // namespace brickwork::runs
