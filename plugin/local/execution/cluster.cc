#include "local/execution/cluster.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <regex>

#include "local/execution/destination.h"
#include "local/execution/members.h"

namespace brickwork::local {

namespace json = boost::json;

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

// A cluster without a record is no cluster to anybody but its one task, as on serverless compute.
std::vector<GlobalInitScript> Cluster::global_init_scripts() const {
  if (!context_.records.find(cluster_id_)) return {};
  return GlobalInitScripts(context_.workspace.store).all();
}

bool Cluster::has_init_scripts() const {
  return !array_or_empty(spec_, "init_scripts").empty() ||
         std::ranges::any_of(global_init_scripts(), &GlobalInitScript::enabled);
}

void Cluster::prepare(std::function<void(const std::string&)> then) {
  if (!prepared_ && !has_init_scripts()) prepared_ = "";
  if (prepared_) return then(*prepared_);
  waiting_to_be_prepared_.push_back(std::move(then));
  if (init_scripts_) return;
  std::vector<std::string> secrets;
  std::map<std::string, std::string> variables = PythonRuntime::environment();
  for (const auto& [name, value] : environment(secrets)) variables[name] = value;
  init_scripts_ =
      std::make_shared<InitScripts>(context_, directory_, init_script_logs(), std::move(variables), std::move(secrets));
  init_scripts_->plan(global_init_scripts(), array_or_empty(spec_, "init_scripts"));
  context_.records.add_event(cluster_id_, "INIT_SCRIPTS_STARTED", init_scripts_->described());
  init_scripts_->run([self = shared_from_this()](const InitScripts::End& end) {
    self->context_.records.add_event(self->cluster_id_, "INIT_SCRIPTS_FINISHED", self->init_scripts_->described());
    if (end.was_global) self->failure_code_ = "GLOBAL_INIT_SCRIPT_FAILURE";
    self->prepared_ = end.error.empty() ? ""
                                        : "Cluster " + self->cluster_id_ +
                                              " was terminated while waiting on it to be ready: " + end.error + " " +
                                              self->failure_code_ + "(CLIENT_ERROR)";
    for (const auto& waiting : std::exchange(self->waiting_to_be_prepared_, {})) waiting(*self->prepared_);
  });
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

std::filesystem::path Cluster::log_folder() const {
  const auto place = Destination::of(object_or_empty(spec_, "cluster_log_conf")).local(context_.workspace.state_dir);
  return place ? *place / cluster_id_ : std::filesystem::path();
}

std::filesystem::path Cluster::driver_logs() const {
  const std::filesystem::path folder = log_folder();
  return folder.empty() ? folder : folder / "driver";
}

std::filesystem::path Cluster::init_script_logs() const {
  const std::filesystem::path folder = log_folder();
  return folder.empty() ? folder : folder / "init_scripts" / (cluster_id_ + "_127.0.0.1");
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
