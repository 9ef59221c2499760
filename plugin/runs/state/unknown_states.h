#pragma once

#include <string_view>

#include "runs/wire/fields.h"

namespace brickwork::runs {

// A warning for each word of a run's or a task's state that this version does not know: {rule, path, message}. Such a
// word is shown as it came and ends nothing; only what is known to be an end ends a run. `path` is empty for the run.
void warn_of_unknown_states(json::array& warnings, const Object& document, std::string_view path);

}  // namespace brickwork::runs
