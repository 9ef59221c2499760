#pragma once

#include <cstdint>
#include <string>

#include "session.h"

namespace brickwork::cli {

struct Following {
  std::string handle_file = {};        // where the handle goes as soon as it is known; empty: nowhere
  bool cancel_when_abandoned = false;  // policy.on_abandon of a group; a handle's own policy counts as well
};

// Runs a verb that watches a run (group.run, run.watch), shows the run while it goes on and how it ended, and returns
// the exit status. After Ctrl-C it says that the run goes on, or cancels it where its policy wants that.
int follow_run(Session& session, std::uint32_t verb, const std::string& request, const Following& following);

// The state of a run once: the tree, or the document.
int show_state(Session& session, const json::object& state);

// Written whole or not at all: a watcher in another process may open it at any moment.
void write_handle(const std::string& path, const json::object& handle);

// One document on the standard output.
void print_document(const json::value& document);

}  // namespace brickwork::cli
