#include "runs/watch/task_output.h"

#include <optional>

#include "runs/wire/plain_text.h"

namespace brickwork::runs {
namespace {

constexpr std::size_t kAtATime = 8;
constexpr std::size_t kMostErrorHeads = 20;
constexpr std::size_t kHeadBytes = 2'000;

struct Work {
  std::vector<std::int64_t> ids;
  int max_attempts = 0;
  std::size_t next = 0;
  std::vector<std::optional<Result<Object>>> results;
};

Task<Result<Object>> get_output(Context& context, RestClient& client, std::int64_t task_run_id, int max_attempts) {
  RestRequest request;
  request.path = "/api/2.2/jobs/runs/get-output";
  request.query = {{"run_id", std::to_string(task_run_id)}};
  request.max_attempts = max_attempts;
  request.lane = Lane::kOutput;
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  Result<RestResponse> response = co_await sending;
  if (!response.ok()) co_return response.status();
  if (!response.value().body.is_object()) co_return Object();
  co_return std::move(response.value().body.get_object());
}

// Takes one id after the other until none is left, beside others that do the same.
Task<bool> take_turns(Context& context, RestClient& client, Work* work) {
  while (work->next < work->ids.size()) {
    const std::size_t mine = work->next++;
    Task<Result<Object>> getting = get_output(context, client, work->ids[mine], work->max_attempts);
    Result<Object> output = co_await getting;
    work->results[mine].emplace(std::move(output));
  }
  co_return true;
}

}  // namespace

Task<std::vector<Result<Object>>> get_outputs(Context& context, RestClient& client,
                                              std::vector<std::int64_t> task_run_ids, int max_attempts) {
  Work work{.ids = std::move(task_run_ids), .max_attempts = max_attempts};
  work.results.resize(work.ids.size());
  std::vector<Task<bool>> workers;
  for (std::size_t i = 0; i < std::min(kAtATime, work.ids.size()); ++i)
    workers.push_back(take_turns(context, client, &work));
  Task<std::vector<bool>> working = all(context, std::move(workers));
  co_await working;

  std::vector<Result<Object>> results;
  results.reserve(work.results.size());
  for (auto& result : work.results) results.push_back(std::move(*result));
  co_return results;
}

Task<Status> read_error_heads(Context& context, RestClient& client, Memory& memory,
                              std::vector<std::int64_t> failed_task_run_ids) {
  std::vector<std::int64_t> unread;
  for (const std::int64_t id : failed_task_run_ids)
    if (unread.size() < kMostErrorHeads && memory.watching->error_heads.find(id) == nullptr) unread.push_back(id);
  if (unread.empty()) co_return Status();

  Task<std::vector<Result<Object>>> getting = get_outputs(context, client, unread, /*max_attempts=*/2);
  const std::vector<Result<Object>> outputs = co_await getting;
  if (Status status = context.stopped(); !status.ok()) co_return status;
  for (std::size_t i = 0; i < unread.size(); ++i) {
    const Status failed = outputs[i].status();
    if (failed.ok())
      memory.watching->error_heads.put(unread[i],
                                       std::string(head(plain_text(text(outputs[i].value(), "error")), kHeadBytes)));
    else if (failed->http_status >= 400 && failed->http_status < 500 && failed->http_status != 429)
      memory.watching->error_heads.put(unread[i], "");
  }
  co_return Status();
}

Task<Result<Run>> look_with_errors(Context& context, RestClient& client, Memory& memory, Handle* handle) {
  Task<Result<Run>> looking = look(context, client, handle->run_id);
  Result<Run> run = co_await looking;
  if (!run.ok()) co_return run.status();
  learn(*handle, *run.value());
  Task<Status> reading = read_error_heads(context, client, memory, failed_task_runs(*handle, *run.value()));
  const Status status = co_await reading;
  if (!status.ok()) co_return status;
  co_return run;
}

ErrorHead error_heads_of(const Memory& memory) {
  return [watching = memory.watching](std::int64_t task_run_id) {
    const std::string* error = watching->error_heads.find(task_run_id);
    return error == nullptr ? std::string() : *error;
  };
}

}  // namespace brickwork::runs
