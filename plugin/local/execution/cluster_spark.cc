#include "local/execution/cluster.h"
#include "local/execution/log_file.h"
#include "local/execution/members.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownLog = 2000;

}  // namespace

void Cluster::spark(WhenSpark then) {
  if (spark_)
    return synchronise({{"op", "task_starts"}}, [self = shared_from_this(), then] {
      then(self->spark_ ? *self->spark_ : Spark{.error = "The Spark driver of the cluster has ended"});
    });
  waiting_for_spark_.push_back(std::move(then));
  if (!driver_) start_driver();
}

void Cluster::start_driver() {
  std::filesystem::create_directories(directory_);
  Process::Callbacks callbacks;
  callbacks.on_message = [self = shared_from_this()](const json::object& message) { self->driver_said(message); };
  callbacks.on_exit = [self = shared_from_this()](const ProcessExit& exit) { self->driver_ended(exit); };
  try {
    driver_ = Process::start(context_.loop,
                             {.command = context_.python.command("driver"),
                              .environment = start_environment(),
                              .directory = directory_,
                              .log_file = directory_ / "driver.log"},
                             std::move(callbacks));
    std::vector<std::string> secrets;
    const json::object start = driver_start(secrets);
    for (const json::value& jar : start.at("jars").as_array()) jars_of_driver_.insert(text_of(jar));
    driver_->send(start);
    if (interpreter_) interpreter_->prepare_spark();
  } catch (const std::exception& error) {
    answer_spark({.error = error.what()});
  }
}

void Cluster::driver_said(const json::object& message) {
  const auto& op = message.at("op").as_string();
  if (op == "ready") {
    spark_ = Spark{.port = message.at("port").as_int64(), .secret = text_of(message.at("secret"))};
    answer_spark(*spark_);
  } else if (op == "failed") {
    answer_spark({.error = text_of(message.at("error")) + "\n" + log_tail(directory_ / "driver.log", kShownLog).text});
  } else if (op == "synchronised") {
    const auto found = synchronising_.extract(message.at("id").as_int64());
    if (!found.empty()) found.mapped()();
  }
}

void Cluster::driver_ended(const ProcessExit& exit) {
  driver_.reset();
  spark_.reset();
  jars_of_driver_.clear();
  answer_spark({.error = "The Spark driver of cluster " + cluster_id_ + " ended with " + exit.text() + "\n" +
                         log_tail(directory_ / "driver.log", kShownLog).text});
  remove_files_if_ended();
  for (auto& [id, then] : std::exchange(synchronising_, {})) then();
}

void Cluster::answer_spark(const Spark& spark) {
  for (const WhenSpark& then : std::exchange(waiting_for_spark_, {})) then(spark);
}

void Cluster::synchronise(json::object message, std::function<void()> then) {
  if (!driver_) return then();
  message["id"] = ++last_synchronisation_;
  synchronising_[last_synchronisation_] = std::move(then);
  driver_->send(message);
}

void Cluster::task_left(const std::string& job_group, std::function<void()> then) {
  synchronise({{"op", "task_ended"}, {"group", job_group}}, std::move(then));
}

}  // namespace brickwork::local
