#pragma once

#include <CLI/App.hpp>
#include <boost/json.hpp>
#include <brickwork/brickwork.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "documents.h"

namespace brickwork::cli {

// What holds for every command.
struct Options {
  bool json = false;
  bool quiet = false;
  std::string profile;
  std::string host;
  double timeout_seconds = 0;  // 0: none given
};

// The library and the client of one command, opened when they are first needed: `brickwork --help` and `brickwork
// local` work without either.
class Session {
 public:
  Options options;

  const Library& library();
  const Client& client();

  // What the user asked for with --timeout, else `otherwise` in the terms of bw_op_spec.timeout_ms.
  std::int64_t timeout_ms(std::int64_t otherwise) const;

  // One verb to its end with Ctrl-C heeded; failures are thrown.
  json::object call(std::uint32_t verb, const std::string& request);
  json::object call(std::uint32_t verb, const json::object& request) { return call(verb, json::serialize(request)); }
  // A verb that needs neither network nor client.
  json::object call_pure(std::uint32_t verb, const std::string& request);

 private:
  std::optional<Library> library_;
  std::optional<Client> client_;
};

// A command of the program: CLI11 fills its options, then main runs `chosen`, which returns the exit status.
struct Invocation {
  std::function<int(Session&)> chosen;
};

void add_lint(CLI::App& program, Invocation& invocation);
void add_compile(CLI::App& program, Invocation& invocation);
void add_import(CLI::App& program, Invocation& invocation);
void add_run(CLI::App& program, Invocation& invocation);
void add_watch(CLI::App& program, Invocation& invocation);
void add_status(CLI::App& program, Invocation& invocation);
void add_output(CLI::App& program, Invocation& invocation);
void add_cancel(CLI::App& program, Invocation& invocation);
void add_repair(CLI::App& program, Invocation& invocation);
void add_sweep(CLI::App& program, Invocation& invocation);
void add_trace(CLI::App& program, Invocation& invocation);
void add_notebook(CLI::App& program, Invocation& invocation);
void add_auth(CLI::App& program, Invocation& invocation);
void add_rest(CLI::App& program, Invocation& invocation);
void add_info(CLI::App& program, Invocation& invocation);
void add_local(CLI::App& program, Invocation& invocation);

}  // namespace brickwork::cli
