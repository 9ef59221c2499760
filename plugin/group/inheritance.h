#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "group/kinds.h"

namespace brickwork::group {

// The classes of members that `defaults` hands on in a way of their own; README's table has them all.
bool is_attempt_member(std::string_view member);  // retries and the timeout of one attempt
bool is_deep_member(std::string_view member);     // merged key by key at every depth

// Where this task runs: a notebook on a warehouse does not run on what its kind runs on. A task of an unknown kind is
// given whatever the group has.
RunsOn runs_on(const Kind* kind, const boost::json::object& task);

// Whether a task that runs there may be given that compute choice.
bool takes_compute(RunsOn runs_on, std::string_view compute_choice);

// What an object chooses to run on. Its null refuses what it would inherit, and so is a choice, too, of nothing.
enum class Compute : std::uint8_t { kUnsaid, kRefused, kChosen };
Compute compute_of(const boost::json::object& object);

}  // namespace brickwork::group
