#include "session.h"

#include <cmath>

#include "exit_status.h"
#include "host_loop.h"
#include "library_path.h"

namespace brickwork::cli {
namespace {

json::object object_from(const std::string& text) {
  json::value value = parse_document(text, "the library's answer");
  return value.is_object() ? std::move(value.get_object()) : json::object{{"value", std::move(value)}};
}

}  // namespace

const Library& Session::library() {
  if (!library_) {
    const std::string path = library_path();
    Result<Library> loaded = Library::load(path.c_str());
    if (!loaded) {
      throw Stop(kUnavailable, loaded.error().message(),
                 "set BRICKWORK_LIBRARY to the libbrickwork.so.1 that shall be used");
    }
    library_ = std::move(loaded).value();
  }
  return *library_;
}

const Client& Session::client() {
  if (!client_) {
    json::object config{{"user_agent", "brickwork-cli/" BRICKWORK_VERSION}};
    if (!options.profile.empty()) config["profile"] = options.profile;
    if (!options.host.empty()) config["host"] = options.host;
    ClientOptions client_options;
    client_options.config = json::serialize(config);
    client_ = Client::open(library(), client_options).value();
  }
  return *client_;
}

std::int64_t Session::timeout_ms(std::int64_t otherwise) const {
  return options.timeout_seconds > 0 ? std::llround(options.timeout_seconds * 1000) : otherwise;
}

json::object Session::call(std::uint32_t verb, const std::string& request) {
  Followed followed = follow(client(), verb, request, timeout_ms(0), {}, {});
  if (followed.interrupted && !followed.outcome) throw Stop(kInterrupted, "interrupted");
  return object_from(std::move(followed.outcome).value());
}

json::object Session::call_pure(std::uint32_t verb, const std::string& request) {
  return object_from(library().call(verb, request).value());
}

}  // namespace brickwork::cli
