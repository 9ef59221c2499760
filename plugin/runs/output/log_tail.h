#pragma once

#include <map>
#include <memory>

#include "engine/signal.h"
#include "runs/output/growing_file.h"
#include "runs/output/log_read.h"
#include "runs/watch/follow.h"
#include "runs/watch/look.h"
#include "runs/watch/progress.h"

namespace brickwork::runs {

// Member `logs` of a request: true, or how to follow.
struct LogWish {
  milliseconds interval{5'000};  // the shortest pause between two looks; doubled up to twelve times while nothing comes
  milliseconds linger{0};        // goes on this long behind the run's end, since Databricks delivers logs late
};
// Null when logs are not asked for.
Result<std::shared_ptr<const LogWish>> log_wish(const Object& request);

// The logs of the clusters of one run, followed beside the watch of it. The watch says what it saw; the tail reads what
// is new and tells it as progress: the latest
// document with `logs`. Costs one request for each stream (stdout, stderr) of
// each cluster in use, a look; nothing while no cluster of the run writes logs.
class LogTail {
 public:
  LogTail(LogWish wish, Progress progress) : wish_(wish), progress_(std::move(progress)) {}

  // For the watch: it hears of the run's documents, and what the watch tells goes through it. Both live no longer than
  // the tail.
  std::function<void(const Handle&, const Object& run)> observer();
  Progress progress();
  void run_is_over();

  // Until the run is over and all that is there was told. What the logs cannot be read for is told as well; it ends
  // neither the run nor the watch.
  static Task<Status> follow(Context& context, RestClient& client, std::shared_ptr<LogTail> tail);

 private:
  struct Stream {
    std::string name;
    GrowingFile file = {};
  };
  struct Source {
    LogPlace place;
    std::vector<Stream> streams;
    std::optional<Instant> ended = {};  // when no task was on it any more
    bool done = false;                  // and nothing can follow
    bool failed = false;                // it cannot be read, which was told
  };

  void saw(const Handle& handle, const Object& run);
  Task<Status> look(Context& context, RestClient& client);
  Task<Status> read_stream(Context& context, RestClient& client, Source* source, Stream* stream);
  Task<Status> read_rotated(Context& context, RestClient& client, Source* source, Stream* stream);
  Task<Status> pause(Context& context, milliseconds longest);
  void add_lines(const Source& source, Stream& stream, bool last);
  void add_failure(Source& source, const Status& status);
  void tell();

  LogWish wish_;
  Progress progress_;
  Object state_;
  std::vector<std::unique_ptr<Source>> sources_;
  json::array entries_;
  bool over_ = false;
  Signal news_;
};

// The watch with the tail beside it: ends with the watch, behind the last lines.
Task<Result<EndOfWatch>> with_logs(Context& context, RestClient& client, std::shared_ptr<LogTail> tail,
                                   Task<Result<EndOfWatch>> watching);

}  // namespace brickwork::runs
