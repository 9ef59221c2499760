#include "local/jobs/notifications.h"

#include <curl/curl.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <memory>

#include "local/fields.h"

namespace brickwork::local {
namespace {

using boost::json::object;

constexpr std::size_t kMostWaiting = 10'000;
constexpr int kTries = 3;
constexpr long kSecondsForOne = 10;

// Of a run or of a task, by the notification_settings that belong to it.
bool wants_silence(const object& owner, const State& state) {
  const object* settings = object_field(owner, "notification_settings");
  if (settings == nullptr) return false;
  const bool skipped = state.life_cycle == LifeCycle::kSkipped;
  const bool canceled = state.result == Result::kCanceled;
  return (skipped && flag_field(*settings, "no_alert_for_skipped_runs").value_or(false)) ||
         (canceled && flag_field(*settings, "no_alert_for_canceled_runs").value_or(false));
}

// Whether a task wants to hear of its first start and its last failure alone.
bool wants_last_attempt_only(const object& task) {
  const object* settings = object_field(task, "notification_settings");
  return settings != nullptr && flag_field(*settings, "alert_on_last_attempt").value_or(false);
}

bool wants(const TaskRun& task, const Notice& notice) {
  // A branch that was not taken has neither failed nor been kept from running.
  if (task.state.result == Result::kExcluded || task.state.result == Result::kDisabled) return false;
  const std::string_view event = notice.event;
  if (event == "on_start") return task.retries_made == 0 || !wants_last_attempt_only(*task.definition);
  if (event != "on_failure") return true;
  return !wants_silence(*task.definition, task.state) &&
         !(notice.tried_again && wants_last_attempt_only(*task.definition));
}

std::vector<std::string> destinations_for(const object& settings, const std::string& event) {
  std::vector<std::string> ids;
  const object* webhooks = object_field(settings, "webhook_notifications");
  const boost::json::array* entries = webhooks == nullptr ? nullptr : array_field(*webhooks, event);
  if (entries == nullptr) return ids;
  for (const boost::json::value& entry : *entries)
    if (entry.is_object()) ids.push_back(text_field(entry.get_object(), "id").value_or(""));
  return ids;
}

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

// True when the receiver answered with 2xx.
bool post(const std::string& url, const std::string& user_name, const std::string& password, const std::string& body) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
  curl_easy_setopt(handle.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(handle.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(handle.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle.get(), CURLOPT_TIMEOUT, kSecondsForOne);
  curl_easy_setopt(handle.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, ignore);
  if (!user_name.empty()) {
    curl_easy_setopt(handle.get(), CURLOPT_USERNAME, user_name.c_str());
    curl_easy_setopt(handle.get(), CURLOPT_PASSWORD, password.c_str());
  }
  long status = 0;
  if (curl_easy_perform(handle.get()) != CURLE_OK) return false;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status < 300;
}

}  // namespace

Notifications::Notifications(const Workspace& workspace)
    : destinations_(workspace.store, workspace.state_dir / "secrets.key"),
      workspace_id_(std::to_string(workspace.workspace_id)),
      thread_([this] { send_all(); }) {}

Notifications::~Notifications() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Notifications::add_routes(Router& router) { destinations_.add_routes(router); }

void Notifications::run_ended(const Run& run) {
  if (!wants_silence(*run.settings, run.state)) tell(run, run.state.is_success() ? "on_success" : "on_failure");
}

void Notifications::noticed(const Run& run, const Notice& notice) {
  if (notice.task_run_id == 0) return tell(run, notice.event);
  const TaskRun* task = run.attempt(notice.task_run_id);
  if (task == nullptr || !task->definition->contains("webhook_notifications") || !wants(*task, notice)) return;
  object message = message_of(run);
  message["task"] = object{{"task_key", task->task_key}};
  message["run"] = object{{"run_id", task->run_id}, {"parent_run_id", run.run_id}};
  tell(*task->definition, notice.event, std::move(message));
}

object Notifications::message_of(const Run& run) {
  return {{"run", object{{"run_id", run.run_id}}}, {"job", object{{"job_id", run.job_id}, {"name", run.run_name}}}};
}

void Notifications::tell(const object& settings, const std::string& event, object message) {
  const std::vector<std::string> ids = destinations_for(settings, event);
  if (ids.empty()) return;
  message["event_type"] = "jobs." + event;
  message["workspace_id"] = workspace_id_;
  const std::string body = boost::json::serialize(message);
  const std::lock_guard lock(mutex_);
  for (const std::string& id : ids) {
    const std::optional<WebhookDestination> destination = destinations_.find(id);
    if (!destination || destination->url.empty()) continue;
    if (messages_.size() >= kMostWaiting) messages_.pop_front();
    messages_.push_back({destination->url, destination->user_name, destination->password, body});
  }
  changed_.notify_one();
}

void Notifications::send_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !messages_.empty(); });
    if (stopping_) return;
    const Message message = std::move(messages_.front());
    messages_.pop_front();
    lock.unlock();
    bool taken = false;
    for (int tries = 0; tries < kTries && !taken; ++tries)
      taken = post(message.url, message.user_name, message.password, message.body);
    if (!taken) std::cerr << "brickwork-local: a webhook did not take its notification\n";
    lock.lock();
  }
}

}  // namespace brickwork::local
