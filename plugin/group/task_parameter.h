#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace brickwork::group {

// What became of a request to put a reference into one parameter of a task.
struct Replaced {
  enum class Result : std::uint8_t {
    kDone,
    kTakesNone,   // a kind without parameters, or one that is not known here
    kNoPosition,  // a list is addressed by the position of an entry that it has
  };
  Result result = Result::kDone;
  std::string own;            // the value that stood there, as a text; empty where there was none
  std::size_t positions = 0;  // of the list, when it is one
};

// Puts `reference` into the task's parameter of that name: a key, or a position where parameters are a list. A task
// that loops hands it to the task that it repeats.
Replaced replace_parameter(boost::json::object& task, std::string_view name, std::string_view reference);

// A parameter's value as Databricks hands it over: everything is a text.
std::string parameter_text(const boost::json::value& value);

}  // namespace brickwork::group
