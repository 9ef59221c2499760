#include "runs/output/log_tail.h"

#include <algorithm>

namespace brickwork::runs {
namespace {

// A task that prints faster than this is read on at the next look.
constexpr int kPiecesInALook = 4;
constexpr int kMostRotated = 3;
constexpr int kSlowest = 12;
// Databricks delivers every five minutes, also what was printed last.
constexpr auto kLateDelivery = std::chrono::minutes(6);

// One that waiting mends is left for the next look.
bool is_final(const Status& status) {
  return status.code() == Code::kPermissionDenied || status.code() == Code::kUnauthenticated ||
         status.code() == Code::kInvalidArgument || status.code() == Code::kFailedPrecondition ||
         status.code() == Code::kUnimplemented;
}

// Wakes those who wait at a moment, unless it goes before.
struct Alarm {
  Alarm(Loop& loop, Signal& signal, milliseconds wait)
      : loop(loop), id(loop.at(loop.now() + wait, [this, &signal] {
          id = 0;
          signal.notify_all();
        })) {}
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  ~Alarm() {
    if (id) loop.forget(id);
  }
  Loop& loop;
  Loop::Id id;
};

Object entry_for(const LogPlace& place) {
  Object entry{{"cluster_id", place.cluster_id}};
  set_text(entry, "job_cluster_key", place.job_cluster_key);
  json::array tasks;
  for (const std::string& path : place.tasks) tasks.push_back(json::value(path));
  entry["tasks"] = std::move(tasks);
  return entry;
}

Task<Status> until_over(Task<Result<EndOfWatch>> watching, std::shared_ptr<LogTail> tail,
                        std::optional<Result<EndOfWatch>>* outcome) {
  Result<EndOfWatch> followed = co_await watching;
  outcome->emplace(std::move(followed));
  tail->run_is_over();
  co_return Status();
}

}  // namespace

Result<std::shared_ptr<const LogWish>> log_wish(const Object& request) {
  const json::value* wished = request.if_contains("logs");
  if (wished == nullptr || wished->is_null() || *wished == json::value(false)) return std::shared_ptr<const LogWish>();
  if (*wished != json::value(true) && !wished->is_object())
    return failure(Code::kInvalidArgument, R"(`logs` has to be true, or an object such as {"linger_ms": 300000})",
                   "/logs");
  LogWish wish;
  if (const std::int64_t poll = number_or_zero(request, "poll_ms"); poll > 0)
    wish.interval = milliseconds(std::clamp<std::int64_t>(poll, 10, 3'600'000));
  if (wished->is_object() && wished->get_object().contains("linger_ms")) {
    const std::int64_t linger = whole_number(wished->get_object(), "linger_ms").value_or(-1);
    if (linger < 0 || linger > 3'600'000)
      return failure(Code::kInvalidArgument, "`linger_ms` has to be 0 to 3600000", "/logs/linger_ms");
    wish.linger = milliseconds(linger);
  }
  return std::make_shared<const LogWish>(wish);
}

void LogTail::saw(const Handle& handle, const Object& run) {
  for (LogPlace& place : log_places(handle, run)) {
    const auto known = std::find_if(sources_.begin(), sources_.end(), [&](const std::unique_ptr<Source>& source) {
      return source->place.cluster_id == place.cluster_id;
    });
    if (known != sources_.end()) {
      (*known)->place = std::move(place);
      if ((*known)->place.active) (*known)->done = false;
      continue;
    }
    auto source = std::make_unique<Source>();
    source->place = std::move(place);
    for (const char* name : {"stdout", "stderr"}) source->streams.push_back({.name = name});
    sources_.push_back(std::move(source));
    news_.notify_all();
  }
}

std::function<void(const Handle&, const Object& run)> LogTail::observer() {
  return [this](const Handle& handle, const Object& run) { saw(handle, run); };
}

Progress LogTail::progress() {
  return [this](Object state) {
    state_ = state;
    state_["changed"] = json::array();
    if (progress_) progress_(std::move(state));
    return Told();  // the lines that are told after it are nothing to read a state from
  };
}

void LogTail::run_is_over() {
  over_ = true;
  news_.notify_all();
}

Task<Status> LogTail::follow(Context& context, RestClient& client, std::shared_ptr<LogTail> tail) {
  milliseconds wait = tail->wish_.interval;
  std::optional<Instant> until;  // the last look, once the run is over
  for (;;) {
    if (tail->over_ && !until) until = context.loop().now() + tail->wish_.linger;
    const bool last = until && context.loop().now() >= *until;
    Task<Status> looking = tail->look(context, client);
    const Status looked = co_await looking;
    if (!looked.ok()) co_return looked;
    if (last)
      for (const auto& source : tail->sources_)
        for (Stream& stream : source->streams) tail->add_lines(*source, stream, true);
    wait = tail->entries_.empty() ? std::min(wait * 2, tail->wish_.interval * kSlowest) : tail->wish_.interval;
    tail->tell();
    if (last) co_return Status();
    milliseconds pause = wait;
    if (until) pause = std::min(pause, std::chrono::duration_cast<milliseconds>(*until - context.loop().now()));
    if (tail->over_ && !until) continue;
    Task<Status> pausing = tail->pause(context, std::max(pause, milliseconds(1)));
    const Status paused = co_await pausing;
    if (!paused.ok()) co_return paused;
  }
}

Task<Status> LogTail::pause(Context& context, milliseconds longest) {
  const Alarm alarm(context.loop(), news_, longest);
  Signal::Waiter waiting = news_.wait(context);
  co_return co_await waiting;
}

Task<Status> LogTail::look(Context& context, RestClient& client) {
  for (std::size_t i = 0; i < sources_.size(); ++i) {  // a look at the run may add some meanwhile
    Source* source = sources_[i].get();
    if (source->done || source->failed) continue;
    for (Stream& stream : source->streams) {
      Task<Status> reading = read_stream(context, client, source, &stream);
      const Status status = co_await reading;
      if (Status stopped = context.stopped(); !stopped.ok()) co_return stopped;
      if (!status.ok() && is_final(status)) {
        add_failure(*source, status);
        break;
      }
    }
    if (!source->place.active && !source->ended) source->ended = context.loop().now();
    if (source->place.active) source->ended.reset();
    source->done = source->ended && context.loop().now() - *source->ended > kLateDelivery;
  }
  co_return Status();
}

Task<Status> LogTail::read_stream(Context& context, RestClient& client, Source* source, Stream* stream) {
  for (int pieces = 0; pieces < kPiecesInALook; ++pieces) {
    const std::int64_t offset = stream->file.offset();
    Task<Result<std::string>> reading =
        read_piece(context, client, source->place.kind, source->place.directory + "/" + stream->name, offset);
    const Result<std::string> piece = co_await reading;
    if (!piece.ok()) co_return piece.status();
    if (stream->file.take(piece.value()) == GrowingFile::News::kReplaced) {
      Task<Status> saving = read_rotated(context, client, source, stream);
      const Status saved = co_await saving;
      if (!saved.ok()) co_return saved;
      add_lines(*source, *stream, true);
      stream->file.begin_again();
      continue;
    }
    add_lines(*source, *stream, false);
    if (static_cast<std::int64_t>(piece.value().size()) < kLogPiece) break;
  }
  co_return Status();
}

// The file was put aside as <name>--<date>, and a new one begun: what was not read yet is there.
Task<Status> LogTail::read_rotated(Context& context, RestClient& client, Source* source, Stream* stream) {
  Task<Result<std::vector<std::string>>> listing =
      file_names(context, client, source->place.kind, source->place.directory);
  Result<std::vector<std::string>> names = co_await listing;
  if (!names.ok()) co_return names.status();
  std::erase_if(names.value(), [&](const std::string& name) {
    return !name.starts_with(stream->name + "--") || name.ends_with(".gz");
  });
  std::sort(names.value().rbegin(), names.value().rend());  // the newest first, as their dates are written
  for (std::size_t i = 0; i < names.value().size() && i < static_cast<std::size_t>(kMostRotated); ++i) {
    Task<Result<std::string>> reading = read_piece(
        context, client, source->place.kind, source->place.directory + "/" + names.value()[i], stream->file.offset());
    const Result<std::string> piece = co_await reading;
    if (!piece.ok()) co_return piece.status();
    if (piece.value().empty() || stream->file.take(piece.value()) == GrowingFile::News::kReplaced) continue;
    break;
  }
  co_return Status();
}

void LogTail::add_lines(const Source& source, Stream& stream, bool last) {
  const std::int64_t first = stream.file.line_number();
  json::array lines;
  for (const std::string& line : stream.file.lines()) lines.push_back(json::value(line));
  if (last)
    if (const std::string rest = stream.file.rest(); !rest.empty()) lines.push_back(json::value(rest));
  if (lines.empty()) return;
  Object entry = entry_for(source.place);
  entry["stream"] = stream.name;
  entry["first_line"] = first;
  entry["lines"] = std::move(lines);
  entries_.push_back(std::move(entry));
}

void LogTail::add_failure(Source& source, const Status& status) {
  source.failed = true;
  Object entry = entry_for(source.place);
  entry["unread"] = status->message;
  entries_.push_back(std::move(entry));
}

void LogTail::tell() {
  if (entries_.empty() || state_.empty()) return;
  json::array entries = std::move(entries_);
  entries_ = json::array();
  if (!progress_) return;
  Object document = state_;
  document["logs"] = std::move(entries);
  progress_(std::move(document));
}

Task<Result<EndOfWatch>> with_logs(Context& context, RestClient& client, std::shared_ptr<LogTail> tail,
                                   Task<Result<EndOfWatch>> watching) {
  std::optional<Result<EndOfWatch>> outcome;
  std::vector<Task<Status>> both;
  both.push_back(until_over(std::move(watching), tail, &outcome));
  both.push_back(LogTail::follow(context, client, tail));
  Task<std::vector<Status>> running = all(context, std::move(both));
  co_await running;
  co_return std::move(*outcome);
}

}  // namespace brickwork::runs
