#pragma once

#include <brickwork/brickwork.hpp>
#include <string>

#include "documents.h"
#include "exit_status.h"

namespace brickwork::cli {

// Each prints what went wrong on the standard error (with --json also as a document on the standard output, so that a
// script finds one document there whatever happened) and returns the exit status.
int report(const Error& error, bool as_json);
int report(const Stop& stop, bool as_json);

// Findings of a group, one paragraph each: severity, pointer, message, rule, way out.
std::string findings_text(const json::array& findings);

// An error in words: message, pointer or findings, where it came from, the way out. For tests and for report().
std::string error_text(bw_status status, const std::string& message, const json::object& details);

}  // namespace brickwork::cli
