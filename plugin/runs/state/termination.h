#pragma once

#include <string_view>

#include "runs/wire/fields.h"

namespace brickwork::runs {

// What kind of thing broke, in the words of a repair policy.
enum class FailureClass : std::uint8_t {
  kNone,      // nothing did: it succeeded, was skipped, or somebody wanted it to end
  kCluster,   // compute that could not be had or went away
  kPlatform,  // Databricks or what lies below it; the same again may go well
  kQuota,     // a limit that others share: the same again, later
  kLibrary,   // a library could not be installed
  kUserCode,  // code, settings and permissions: only a person can mend it
};

// One termination code of Databricks and all that is decided by it. The verdict is that of a task.
struct Termination {
  std::string_view code;
  FailureClass failure_class = FailureClass::kNone;
  std::string_view verdict = "failed";
};

// Null for a code that came after this library was built.
const Termination* find_termination(std::string_view code);

// Of a task or a run that ended. A code that is not known is judged by its type.
FailureClass failure_class(const Object& ended);

std::string_view name_of(FailureClass failure_class);  // "cluster", ...

}  // namespace brickwork::runs
