#include "local/sql/spark_server.h"

#include <boost/asio/post.hpp>
#include <future>
#include <set>

#include "local/execution/log_file.h"
#include "local/execution/members.h"
#include "local/execution/process.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownLog = 2000;
// Warehouses are of the current channel, whose runtime has Spark 4: ANSI mode is on.
constexpr const char* kSparkVersion = "17.3.x-scala2.13";

}  // namespace

// Everything here happens on the loop's thread.
class SparkServer::Application : public std::enable_shared_from_this<Application> {
 public:
  explicit Application(ExecutionContext& context) : context_(context) {}

  void listen(Hear hear) { hear_ = std::move(hear); }

  void execute(json::object statement) {
    const std::string id = text_of(statement.at("id"));
    statement["op"] = "execute";
    waiting_.push_back(std::move(statement));
    under_way_.insert(id);
    if (!process_) start();
    if (ready_) send_waiting();
  }

  void cancel(const std::string& id) {
    const auto waits = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const json::object& each) { return text_of(each.at("id")) == id; });
    if (waits != waiting_.end()) {
      waiting_.erase(waits);
      return end({{"id", id}, {"state", "CANCELED"}});
    }
    if (process_ && under_way_.contains(id)) process_->send({{"op", "cancel"}, {"id", id}});
  }

  void abandon() {
    hear_ = nullptr;
    process_.reset();
  }

 private:
  void start() {
    directory_ = context_.workspace.state_dir / "clusters" / ("sql-warehouses." + std::to_string(new_id()));
    try {
      std::filesystem::create_directories(directory_);
      Process::Callbacks callbacks;
      callbacks.on_message = [self = shared_from_this()](const json::object& message) { self->said(message); };
      callbacks.on_exit = [self = shared_from_this()](const ProcessExit& exit) { self->ended(exit); };
      process_ = Process::start(context_.loop,
                                {.command = context_.python.command("sql"),
                                 .environment = PythonRuntime::environment(),
                                 .directory = directory_,
                                 .log_file = directory_ / "driver.log"},
                                std::move(callbacks));
      process_->send({{"state_dir", context_.workspace.state_dir.string()},
                      {"cluster_dir", directory_.string()},
                      {"cluster_id", "sql-warehouses"},
                      {"spark_version", kSparkVersion},
                      {"spark_master", context_.spark_master},
                      {"workspace_id", context_.workspace.workspace_id}});
    } catch (const std::exception& error) {
      fail_all(error.what());
    }
  }

  void send_waiting() {
    for (const json::object& statement : std::exchange(waiting_, {})) process_->send(statement);
  }

  void said(const json::object& message) {
    const std::string op = text_or_empty(message, "op");
    if (op == "ready") {
      ready_ = true;
      send_waiting();
    } else if (op == "failed") {
      failed_ = text_or_empty(message, "error");
    } else if (op == "statement" && text_or_empty(message, "state") == "RUNNING") {
      if (hear_) hear_(message);
    } else if (op == "statement") {
      end(message);
    }
  }

  void end(const json::object& message) {
    under_way_.erase(text_of(message.at("id")));
    if (hear_) hear_(message);
  }

  void ended(const ProcessExit& exit) {
    process_.reset();
    ready_ = false;
    const std::string why = failed_.empty() ? "The Spark application of the SQL warehouses ended with " + exit.text()
                                            : "Spark did not start: " + std::exchange(failed_, "");
    const std::string log = log_tail(directory_ / "driver.log", kShownLog).text;
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
    fail_all(why + "\n" + log);
  }

  void fail_all(const std::string& why) {
    waiting_.clear();
    for (const std::string& id : std::exchange(under_way_, {}))
      end({{"id", id}, {"state", "FAILED"}, {"error_code", "INTERNAL_ERROR"}, {"message", why}});
  }

  ExecutionContext& context_;
  Hear hear_;
  std::filesystem::path directory_;
  std::shared_ptr<Process> process_;
  bool ready_ = false;
  std::string failed_;
  std::vector<json::object> waiting_;  // until the application is ready
  std::set<std::string> under_way_;    // those that wait, too
};

SparkServer::SparkServer(ExecutionContext& context)
    : context_(context), application_(std::make_shared<Application>(context)) {}

SparkServer::~SparkServer() {
  std::promise<void> done;
  boost::asio::post(context_.loop, [&] {
    application_->abandon();
    done.set_value();
  });
  done.get_future().wait();
}

void SparkServer::listen(Hear hear) {
  boost::asio::post(context_.loop, [application = application_, hear = std::move(hear)]() mutable {
    application->listen(std::move(hear));
  });
}

void SparkServer::execute(json::object statement) {
  boost::asio::post(context_.loop, [application = application_, statement = std::move(statement)]() mutable {
    application->execute(std::move(statement));
  });
}

void SparkServer::cancel(const std::string& id) {
  boost::asio::post(context_.loop, [application = application_, id] { application->cancel(id); });
}

}  // namespace brickwork::local
