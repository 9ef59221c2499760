#include "following.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "exit_status.h"
#include "host_loop.h"
#include "show/outputs.h"
#include "show/progress.h"
#include "show/run_view.h"
#include "show/tree.h"
#include "show/words.h"

namespace brickwork::cli {
namespace {

constexpr std::int64_t kCancelTimeoutMs = 20'000;

// A run as its progress documents tell of it.
class Followee {
 public:
  Followee(const Session& session, const Following& following)
      : following_(following),
        progress_(session.options.json ? Progress::on(stderr, session.options.quiet || !Terminal::of(stderr).live)
                                       : Progress::on(stdout, session.options.quiet)) {}

  void take(const json::object& document) {
    if (const std::string lines = log_lines_text(document); !lines.empty()) progress_->print(lines);
    // group.run speaks of handle and state, run.watch of the state alone.
    const json::object& handle = object_of(document, "handle");
    if (!handle.empty() && handle != handle_) {
      handle_ = handle;
      if (!following_.handle_file.empty()) write_handle(following_.handle_file, handle_);
    }
    const json::object& inner = object_of(document, "state");
    const json::object& state = inner.empty() ? document : inner;
    if (!state.contains("run") && !state.contains("tasks")) return;
    state_ = state;
    progress_->show(run_view(state_));
  }
  void tick() { progress_->tick(); }
  void end() { progress_->end(); }

  RunView run() const {
    RunView run = run_view(state_);
    if (run.run_id.empty()) run.run_id = text_of(handle_, "run_id_str");
    if (run.run_id.empty() && handle_.contains("run_id")) run.run_id = json::serialize(handle_.at("run_id"));
    return run;
  }
  const json::object& handle() const { return handle_; }
  bool cancel_when_abandoned() const {
    return following_.cancel_when_abandoned || text_of(object_of(handle_, "policy"), "on_abandon") == "cancel";
  }

 private:
  const Following& following_;
  std::unique_ptr<Progress> progress_;
  json::object handle_;
  json::object state_;
};

json::object reference_of(const Followee& followee) {
  if (!followee.handle().empty()) return {{"handle", followee.handle()}};
  return {{"run_id", followee.run().run_id}};
}

Stop abandoned(Session& session, const Followee& followee) {
  const std::string run_id = followee.run().run_id;
  if (run_id.empty()) {
    return Stop(kInterrupted, "interrupted before the workspace had answered; whether a run was started is not known",
                "the same command with the same --key attaches to it instead of starting another");
  }
  if (followee.cancel_when_abandoned()) {
    const Result<std::string> canceled =
        session.client().call(BW_RUN_CANCEL, json::serialize(reference_of(followee)), kCancelTimeoutMs);
    if (canceled) return Stop(kInterrupted, "interrupted; canceling run " + run_id + ", as its policy says");
    return Stop(
        kInterrupted,
        "interrupted; run " + run_id + " goes on: its policy is to cancel it, but " + canceled.error().message(),
        "stop it: brickwork cancel " + run_id);
  }
  return Stop(kInterrupted, "interrupted; run " + run_id + " goes on",
              "follow it with `brickwork watch " + run_id + "`, stop it with `brickwork cancel " + run_id + "`");
}

// Details of what failed are welcome but not what was asked for: their absence is no error.
std::string error_heads(Session& session, const Followee& followee) {
  json::array failed;
  for (const TaskView& task : followee.run().tasks) {
    if (went_wrong(task.verdict) && task.verdict != "canceled") failed.emplace_back(task.path);
  }
  if (failed.empty()) return {};
  json::object request = reference_of(followee);
  request["tasks"] = std::move(failed);
  Result<std::string> outputs = session.client().call(BW_RUN_OUTPUT, json::serialize(request), kCancelTimeoutMs);
  if (!outputs) return {};
  const json::value document = parse_document(outputs.value(), "the library's answer");
  return error_heads_text(array_of(document.as_object(), "outputs"), Terminal::of(stdout));
}

}  // namespace

int follow_run(Session& session, std::uint32_t verb, const std::string& request, const Following& following) {
  Followee followee(session, following);
  const auto on_progress = [&followee](const std::string& text) {
    followee.take(parse_document(text, "the library's progress").as_object());
  };
  Followed followed =
      follow(session.client(), verb, request, session.timeout_ms(-1), on_progress, [&followee] { followee.tick(); });
  if (!followed.outcome) {
    followee.end();
    if (followed.interrupted) throw abandoned(session, followee);
    throw Failure(followed.outcome.error());
  }
  const json::object document = parse_document(followed.outcome.value(), "the library's answer").as_object();
  followee.take(document);
  followee.end();
  const RunView run = followee.run();
  if (session.options.json) {
    print_document(document);
  } else {
    std::printf("%s", ending_text(run, Terminal::of(stdout)).c_str());
    std::printf("%s", error_heads(session, followee).c_str());
  }
  return exit_status_of_verdict(run.verdict);
}

int show_state(Session& session, const json::object& state) {
  const RunView run = run_view(state);
  if (session.options.json) {
    print_document(state);
  } else {
    for (const TreeLine& line : tree_of(run, Terminal::of(stdout), now_ms())) std::printf("%s\n", line.text.c_str());
    if (!run.url.empty()) std::printf("%s\n", run.url.c_str());
  }
  return exit_status_of_verdict(run.verdict);
}

void write_handle(const std::string& path, const json::object& handle) {
  const std::string draft = path + "." + std::to_string(getpid());
  std::ofstream file(draft, std::ios::binary | std::ios::trunc);
  file << pretty(handle) << '\n';
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(draft, path, error);
  // The run is there whatever becomes of the file, so this is said and does not end the watching.
  if (!file || error) std::fprintf(stderr, "brickwork: cannot write the handle to %s\n", path.c_str());
}

void print_document(const json::value& document) { std::printf("%s\n", pretty(document).c_str()); }

}  // namespace brickwork::cli
