#pragma once

#include <string>

#include "documents.h"
#include "show/run_view.h"
#include "terminal.h"

namespace brickwork::cli {

// What tasks left behind (the `outputs` of run.output), whole: results, logs, errors and traces.
std::string outputs_text(const json::array& outputs, const Terminal& terminal);

// The heads of the errors of those that failed: the error and the last lines of its trace.
std::string error_heads_text(const json::array& outputs, const Terminal& terminal);

// New lines of logs (the `logs` of progress), each with the cluster it is from.
std::string log_lines_text(const json::object& progress);

// What a repair would do: plan/1 in words.
std::string plan_text(const json::object& plan);

// The last line of a run that was followed to its end, and what can be done about it.
std::string ending_text(const RunView& run, const Terminal& terminal);

}  // namespace brickwork::cli
