#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/resolve.h"
#include "support/virtual_loop.h"

namespace brickwork {

// A login as a client has it: chosen by `resolve` from a connection, an environment and a home of its own, on a virtual
// clock, with identity providers that answer what a test says.
class LoginTest : public testing::Test {
 protected:
  static constexpr char kCanary[] = "canary-9f86d081";  // no text that is shown may hold it

  LoginTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "brickwork-login-XXXXXX";
    home = mkdtemp(pattern.data());
  }
  ~LoginTest() override { std::filesystem::remove_all(home); }

  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(home + "/" + name).parent_path());
    std::ofstream(home + "/" + name) << text;
  }

  Result<Resolved> resolve(const char* connection) {
    Environment environment;
    environment.home = home;
    environment.variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
    return brickwork::resolve(boost::json::parse(connection).as_object(), environment, secrets);
  }

  // As the boundary does when a host calls client_set_secret.
  void hand_over(const std::string& name, const std::string& value, std::int64_t expires_at_ms = 0) {
    secrets->set(name, value, expires_at_ms);
    secrets->announce();
  }

  Result<Headers> headers(Credential& credential, milliseconds limit = std::chrono::seconds(300)) {
    Context context(loop, loop.now() + limit);
    return loop.run(credential.headers(context));
  }

  // "Bearer x", or "UNAUTHENTICATED-like number: message".
  std::string authorization(Credential& credential, milliseconds limit = std::chrono::seconds(300)) {
    const Result<Headers> given = headers(credential, limit);
    if (!given.ok()) return "error: " + given.status()->message;
    for (const auto& [name, value] : given.value())
      if (name == "Authorization") return value;
    return "none";
  }

  void pass(milliseconds time) {
    const Instant until = loop.now() + time;
    bool reached = false;
    loop.at(until, [&reached] { reached = true; });
    Context context(loop, Instant::max());
    static_cast<void>(loop.run(sleep_for(context, time)));
  }

  // Answers by the longest beginning of the address that is known; 404 otherwise.
  VirtualLoop::Reply serve(const HttpRequest& request) {
    const std::function<VirtualLoop::Reply(const HttpRequest&)>* best = nullptr;
    std::size_t length = 0;
    for (const auto& [beginning, reply] : pages)
      if (request.url.rfind(beginning, 0) == 0 && beginning.size() >= length) {
        best = &reply;
        length = beginning.size();
      }
    return best == nullptr ? answer(404, R"({"error_code":"NOT_FOUND","message":"nothing here"})") : (*best)(request);
  }

  std::size_t asked(const std::string& beginning) const {
    std::size_t count = 0;
    for (const HttpRequest& request : loop.requests) count += request.url.rfind(beginning, 0) == 0 ? 1 : 0;
    return count;
  }

  std::string home;
  std::map<std::string, std::string> variables;
  std::map<std::string, std::function<VirtualLoop::Reply(const HttpRequest&)>> pages;
  std::vector<std::string> asked_host_for;
  std::shared_ptr<SecretStore> secrets =
      std::make_shared<SecretStore>([this](const std::string& name) { asked_host_for.push_back(name); });
  VirtualLoop loop{[this](const HttpRequest& request) { return serve(request); }};
};

inline std::string header_of(const HttpRequest& request, const std::string& name) {
  for (const auto& [each, value] : request.headers)
    if (each == name) return value;
  return "";
}

}  // namespace brickwork
