#include "local/execution/cluster.h"

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>
#include <regex>

#include "local/execution/destination.h"
#include "local/execution/log_file.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownLog = 2000;

const json::object& object_or_empty(const json::object& from, std::string_view name) {
  static const json::object empty;
  const json::value* value = from.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : empty;
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : json::serialize(value);
}

std::string first_failure(const json::object& message) {
  std::string error;
  for (const json::value& status : message.at("statuses").as_array()) {
    if (status.at("status").as_string() != "FAILED") continue;
    if (!error.empty()) error += "\n";
    error += "Library installation failed for " + json::serialize(status.at("library")) + ": " +
             text_of(status.at("messages").at(0));
  }
  return error;
}

}  // namespace

Cluster::Cluster(ExecutionContext& context, std::string cluster_id, std::string name, json::object spec)
    : context_(context),
      cluster_id_(std::move(cluster_id)),
      name_(std::move(name)),
      spec_(std::move(spec)),
      directory_(context.workspace.state_dir / "clusters" / (cluster_id_ + "." + std::to_string(new_id()))) {}

std::string Cluster::spark_version() const {
  const json::value* version = spec_.if_contains("spark_version");
  return version != nullptr && version->is_string() ? std::string(version->get_string()) : "16.4.x-scala2.12";
}

void Cluster::prepare(std::function<void(const std::string&)> then) {
  const json::value* scripts = spec_.if_contains("init_scripts");
  if (!prepared_ && (scripts == nullptr || !scripts->is_array() || scripts->get_array().empty())) prepared_ = "";
  if (prepared_) return then(*prepared_);
  waiting_to_be_prepared_.push_back(std::move(then));
  if (init_scripts_) return;
  std::vector<std::string> secrets;
  std::map<std::string, std::string> variables = PythonRuntime::environment();
  for (const auto& [name, value] : environment(secrets)) variables[name] = value;
  context_.records.add_event(cluster_id_, "INIT_SCRIPTS_STARTED", {});
  init_scripts_ = std::make_shared<InitScripts>(context_, directory_, std::move(variables));
  init_scripts_->run(scripts->get_array(), [self = shared_from_this()](const std::string& error) {
    self->context_.records.add_event(self->cluster_id_, "INIT_SCRIPTS_FINISHED", {});
    self->prepared_ = error.empty() ? ""
                                    : "Cluster " + self->cluster_id_ +
                                          " was terminated while waiting on it to be ready: " + error +
                                          " INIT_SCRIPT_FAILURE(CLIENT_ERROR)";
    for (const auto& waiting : std::exchange(self->waiting_to_be_prepared_, {})) waiting(*self->prepared_);
  });
}

void Cluster::install(const json::array& libraries, WhenInstalled then) {
  json::array missing;
  for (const json::value& library : libraries)
    if (!installed_.contains(json::serialize(library))) missing.push_back(library);
  if (missing.empty()) return boost::asio::post(context_.loop, [then = std::move(then)] { then(""); });
  installs_.push_back({std::move(missing), std::move(then)});
  if (installs_.size() == 1) begin_next_install();
}

void Cluster::begin_next_install() {
  // What an installation before this one brought in is not installed twice.
  json::array& libraries = installs_.front().libraries;
  json::array missing;
  for (const json::value& library : libraries)
    if (!installed_.contains(json::serialize(library))) missing.push_back(library);
  libraries = std::move(missing);
  if (libraries.empty())
    return boost::asio::post(context_.loop, [self = shared_from_this()] {
      self->installed({{"statuses", json::array{}}});
    });
  try {
    start_installer();
  } catch (const std::exception& fault) {
    boost::asio::post(context_.loop, [self = shared_from_this(), answer = self_made_answer(fault.what())] {
      self->installed(answer);
    });
  }
}

json::object Cluster::self_made_answer(const std::string& failure) const {
  json::object status{{"status", "FAILED"}, {"library", installs_.front().libraries}};
  status["messages"] = json::array{json::value(failure)};
  return {{"statuses", json::array{json::value(status)}}};
}

void Cluster::start_installer() {
  std::filesystem::create_directories(directory_);
  Process::Callbacks callbacks;
  auto answer = std::make_shared<json::object>();
  callbacks.on_message = [answer](json::object message) { *answer = std::move(message); };
  callbacks.on_exit = [self = shared_from_this(), answer](const ProcessExit& exit) {
    self->installed(answer->contains("statuses") ? *answer
                                                 : self->self_made_answer("the installer ended with " + exit.text()));
  };
  installer_ = Process::start(context_.loop,
                              {.command = context_.python.command("libraries"),
                               .environment = PythonRuntime::environment(),
                               .directory = directory_,
                               .log_file = directory_ / "libraries.log"},
                              std::move(callbacks));
  installer_->send({{"state_dir", context_.workspace.state_dir.string()},
                    {"environment_dir", (directory_ / "environment").string()},
                    {"libraries", installs_.front().libraries}});
}

void Cluster::installed(const json::object& message) {
  installer_.reset();
  remove_files_if_ended();
  const Install done = std::move(installs_.front());
  installs_.erase(installs_.begin());
  const std::string error = first_failure(message);
  for (const json::value& entry : message.at("statuses").as_array()) {
    const json::object& status = entry.as_object();
    const json::value* messages = status.if_contains("messages");
    if (status.at("library").is_object())
      context_.records.set_library_status(cluster_id_, status.at("library").as_object(), text_of(status.at("status")),
                                          messages != nullptr ? messages->as_array() : json::array{});
  }
  if (error.empty())
    for (const json::value& library : done.libraries) installed_.insert(json::serialize(library));
  hand_new_jars_to_driver();
  interpreter_.reset();
  if (!installs_.empty()) begin_next_install();
  done.then(error);
}

std::vector<std::string> Cluster::site_directories() const {
  std::vector<std::string> found;
  const auto lib = directory_ / "environment" / "lib";
  if (!std::filesystem::is_directory(lib)) return found;
  for (const auto& entry : std::filesystem::directory_iterator(lib))
    if (entry.path().filename().string().starts_with("python")) found.push_back(entry.path() / "site-packages");
  return found;
}

std::shared_ptr<Process> Cluster::start_task(const std::filesystem::path& directory,
                                             const std::filesystem::path& log_file, Process::Callbacks callbacks) {
  if (!interpreter_) {
    std::filesystem::create_directories(directory_);
    const auto sites = site_directories();
    interpreter_ = std::make_unique<PreparedInterpreter>(
        ProcessStart{.command = context_.python.command("prepared"),
                     .environment = start_environment(),
                     .directory = directory_,
                     .log_file = directory_ / "interpreter.log"},
        json::object{{"site_dirs", json::array(sites.begin(), sites.end())}, {"spark", driver_ != nullptr}});
  }
  if (auto process = interpreter_->fork(context_.loop, directory, log_file, callbacks)) return process;
  interpreter_.reset();
  return Process::start(context_.loop,
                        {.command = context_.python.command("task"),
                         .environment = start_environment(),
                         .directory = directory,
                         .log_file = log_file},
                        std::move(callbacks));
}

std::string Cluster::expanded(const std::string& text, std::vector<std::string>& secrets) const {
  static const std::regex reference(R"(\{\{secrets/([^/}]+)/([^}]+)\}\})");
  std::string result;
  auto rest = text.cbegin();
  for (std::sregex_iterator match(text.begin(), text.end(), reference), end; match != end; ++match) {
    result.append(rest, text.cbegin() + match->position());
    const std::string value = context_.secrets.value((*match)[1], (*match)[2]);
    secrets.push_back(value);
    result += value;
    rest = text.cbegin() + match->position() + match->length();
  }
  return result.append(rest, text.cend());
}

std::map<std::string, std::string> Cluster::environment(std::vector<std::string>& secrets) const {
  const std::string version = spark_version();
  std::map<std::string, std::string> found{{"DATABRICKS_RUNTIME_VERSION", version.substr(0, version.find(".x"))},
                                           {"DB_CLUSTER_ID", cluster_id_},
                                           {"DB_IS_DRIVER", "TRUE"}};
  for (const auto& [name, value] : object_or_empty(spec_, "spark_env_vars"))
    found[name] = expanded(text_of(value), secrets);
  return found;
}

std::map<std::string, std::string> Cluster::start_environment() const {
  std::map<std::string, std::string> found = PythonRuntime::environment();
  for (const auto& [name, value] : object_or_empty(spec_, "spark_env_vars"))
    if (const std::string plain = text_of(value); plain.find("{{secrets/") == std::string::npos) found[name] = plain;
  return found;
}

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

std::filesystem::path Cluster::driver_logs() const {
  const auto place = Destination::of(object_or_empty(spec_, "cluster_log_conf")).local(context_.workspace.state_dir);
  return place ? *place / cluster_id_ / "driver" : std::filesystem::path();
}

json::array Cluster::jars() const {
  json::array found;
  const auto directory = directory_ / "environment" / "jars";
  if (!std::filesystem::is_directory(directory)) return found;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (entry.path().extension() == ".jar") found.push_back(json::value(entry.path().string()));
  return found;
}

void Cluster::hand_new_jars_to_driver() {
  if (!driver_) return;
  json::array fresh;
  for (const json::value& jar : jars())
    if (jars_of_driver_.insert(text_of(jar)).second) fresh.push_back(jar);
  if (!fresh.empty()) driver_->send({{"op", "jars"}, {"jars", std::move(fresh)}});
}

json::object Cluster::driver_start(std::vector<std::string>& secrets) const {
  json::object environment;
  for (const auto& [name, value] : this->environment(secrets)) environment[name] = value;
  json::object conf;
  for (const auto& [name, value] : object_or_empty(spec_, "spark_conf")) conf[name] = expanded(text_of(value), secrets);
  return {{"state_dir", context_.workspace.state_dir.string()},
          {"cluster_dir", directory_.string()},
          {"cluster_id", cluster_id_},
          {"cluster_name", name_},
          {"spark_version", spark_version()},
          {"spark_master", context_.spark_master},
          {"workspace_id", context_.workspace.workspace_id},
          {"spark_conf", std::move(conf)},
          {"jars", jars()},
          {"environment", std::move(environment)}};
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

void Cluster::end(std::chrono::milliseconds grace) {
  ended_ = true;
  if (init_scripts_) init_scripts_->end(grace);
  if (installer_) installer_->terminate(grace);
  if (driver_) driver_->terminate(grace);
  interpreter_.reset();
  remove_files_if_ended();
}

void Cluster::abandon() {
  if (init_scripts_) init_scripts_->abandon();
  init_scripts_.reset();
  installer_.reset();
  driver_.reset();
  installs_.clear();
  waiting_to_be_prepared_.clear();
  waiting_for_spark_.clear();
  synchronising_.clear();
}

void Cluster::remove_files_if_ended() {
  if (!ended_ || driver_ || installer_) return;
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

}  // namespace brickwork::local
