#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

#include "local/execution/cluster.h"
#include "local/execution/members.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

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

}  // namespace brickwork::local
