#pragma once

#include <boost/json.hpp>
#include <span>
#include <string_view>

#include "group/kinds.h"

namespace brickwork::group {

// A member of `defaults` that lies under the parameters of one kind of task. Named as run-now names the values that a
// run hands to its tasks.
struct ParameterDefault {
  enum class Form : std::uint8_t { kMap, kList };
  std::string_view name;
  std::string_view kind;
  std::string_view member;  // of the kind's object
  Form form = Form::kMap;
};

// All of them; of two for one kind the first is tried first.
std::span<const ParameterDefault> parameter_defaults();

// Whether that `*_task` object, of the kind, may be given them at all.
bool takes_parameters(const ParameterDefault& parameters, const boost::json::object& task);

// Null when `defaults` has no such member for parameters.
const ParameterDefault* find_parameter_default(std::string_view name);

// The same for one kind: python_params are those of files and of wheels.
const ParameterDefault* find_parameter_default(std::string_view name, std::string_view kind);

// Reports values that cannot be parameters; null refuses what a group around gives.
void check_parameter_default(const ParameterDefault& parameters, const boost::json::value& value, const Place& place,
                             Findings& findings);

// Gives the `*_task` object what it does not say itself: maps key by key, lists whole. A wheel takes one form only: its
// own, else the named parameters, which are for wheels alone.
void inherit_parameters(const boost::json::object& defaults, std::string_view kind, boost::json::object& task);

// No more than this many bytes of JSON are the base_parameters of a notebook_task, and the notebook_params of defaults.
std::uint32_t most_parameter_bytes(const boost::json::object& notebook);
std::uint32_t most_inherited_bytes(const boost::json::object* defaults);

// Reports parameters that are too large only together with what the `*_task` object inherits.
void check_inherited_size(const boost::json::object& defaults, std::string_view kind, const boost::json::object& task,
                          const Place& place, Findings& findings);

}  // namespace brickwork::group
