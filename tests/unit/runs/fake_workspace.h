#pragma once

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rest/client.h"
#include "runs/verbs.h"
#include "support/virtual_loop.h"

namespace brickwork::runs {

namespace json = boost::json;

// What can go wrong with one request, at each edge of its effect.
enum class Edge {
  kNotSent,          // refused before a byte went out
  kLostOnTheWay,     // the connection broke, the server saw nothing
  kAnswerLost,       // the server did it, the connection broke
  kAnswerLostAs502,  // the server did it, a proxy answered 502
  kTooMany,          // 429
  kUnavailable,      // 503
};

// The part of the Jobs API that runs/ uses, in memory: jobs, runs, repairs, tokens, pages of 100. Nothing runs by
// itself; a test says what each task comes to and when.
class FakeWorkspace {
 public:
  struct SavedJob {
    json::object settings;
    std::int64_t created_time = 0;
  };
  struct SavedRun {
    std::int64_t job_id = 0;
    std::vector<json::object> tasks;
    json::array history;
    json::object parameters;
    bool submitted = false;
  };

  VirtualLoop::Reply handle(const HttpRequest& request);

  // The next `times` requests whose path ends in `path` meet this edge.
  void disturb(std::string path, Edge edge, int times = 1) { edges_.push_back({std::move(path), edge, times}); }

  std::int64_t add_job(const std::string& name, json::object tags);
  void end_task(std::int64_t run_id, const std::string& key, const std::string& result, std::string code = {});
  void end_all(std::int64_t run_id, const std::string& result);

  bool active(std::int64_t run_id) const;
  int count(const std::string& path_end) const;  // requests that arrived at the server
  int count() const { return static_cast<int>(log.size()); }

  std::map<std::int64_t, SavedJob> jobs;
  std::map<std::int64_t, SavedRun> runs;
  std::map<std::int64_t, json::object> outputs;         // by task run id
  std::vector<std::string> log;                         // "POST /api/2.2/jobs/create", as they arrived
  std::vector<json::object> bodies;                     // of POST requests
  std::int64_t now_ms = 1'000;                          // grows with every request
  bool lists_oldest_first = false;                      // runs/list, against what is documented
  std::int64_t lists_late_ms = 0;                       // runs/list shows ends of odd run ids so much later
  bool refuses_lists = false;                           // runs/list answers 403
  std::set<std::string> forbidden;                      // ends of paths that answer 403
  std::string of_deleted_run = "Run does not exist.";   // what run-now says to the token of a deleted run
  bool tells_date = false;                              // answers have the Date header, by now_ms
  bool down = false;                                    // connections are refused
  std::function<void(const std::string& path)> before;  // something else that happens just before a request

 private:
  struct Disturbance {
    std::string path;
    Edge edge;
    int times;
  };
  struct Answer {
    int status = 200;
    json::value body = json::object();
  };

  Answer act(const std::string& path, const json::object& query, const json::object& body);
  Answer list_jobs(const json::object& query) const;
  Answer list_runs(const json::object& query) const;
  json::object list_entry(std::int64_t run_id, bool with_tasks) const;
  static std::int64_t end_of(const SavedRun& run);
  Answer run_now(const json::object& body, bool submitted);
  Answer get_run(const json::object& query) const;
  Answer get_output(const json::object& query) const;
  Answer repair(const json::object& body);
  Answer cancel(const json::object& body);
  json::object new_task(const json::object& definition, int attempt);
  json::object definition_now(std::int64_t job_id, json::object task) const;
  json::object* latest(SavedRun& run, std::string_view key);
  json::object document(std::int64_t run_id, const SavedRun& run) const;

  std::map<std::string, std::int64_t> tokens_;
  std::vector<Disturbance> edges_;
  std::int64_t last_id_ = (std::int64_t{1} << 53) + 1;  // ids that a double cannot hold
};

class NoSecret : public Credential {
 public:
  std::string auth_type() const override { return "pat"; }
  Task<Result<Headers>> headers(Context&) override { co_return Headers{{"Authorization", "Bearer test-token"}}; }
  bool rejected(const Headers&) override { return false; }
};

// One process that talks to a workspace; several may share one.
struct Process {
  explicit Process(FakeWorkspace& workspace)
      : loop([&workspace](const HttpRequest& request) { return workspace.handle(request); }),
        client(loop, {.host = "https://fake.example"}, std::make_shared<NoSecret>(), {}),
        context(loop, Instant::max()) {}

  VirtualLoop loop;
  RestClient client;
  Memory memory;
  Context context;
};

// A chain a -> b -> ... of notebook tasks, as a group.
json::object chain(const std::string& name, std::vector<std::string> keys);
// Tasks without dependencies.
json::object many(const std::string& name, int tasks);

// A host that reads each document, and keeps the last as the boundary does.
template <class Read>
Progress host_reads(Read read) {
  return [read = std::move(read)](json::object document) mutable {
    const Told kept = std::make_shared<const std::string>(json::serialize(document));
    read(std::move(document));
    return kept;
  };
}

}  // namespace brickwork::runs
