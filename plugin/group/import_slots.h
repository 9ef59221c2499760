#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "group/heirs.h"

namespace brickwork::group {

// One member that `defaults` could say, or one key of parameters in it, with all that tasks say of it now.
struct Slot {
  enum class Form : std::uint8_t {
    kMember,     // nearest wins
    kCompute,    // nearest wins; four names for one choice
    kList,       // of parameters: nearest wins
    kKey,        // of parameters: nearest wins
    kDeep,       // merged
    kLibraries,  // put together
  };
  struct Entry {
    std::uint32_t heir = 0;
    std::string_view name;
    const boost::json::value* value = nullptr;
    std::size_t position = 0;  // in the task, or in the map of its parameters
    std::uint32_t id = 0;      // equal ones have one
    std::size_t size = 0;      // bytes that go when a group says it instead
  };

  Form form = Form::kMember;
  Reach reach = Reach::kTask;
  std::string_view name;  // in defaults
  std::string_view key;   // of a parameter
  std::vector<Entry> entries;
};

// Those that at least two heirs have and any default could stand for. In the order of their first appearance.
std::vector<Slot> slots_of(Heirs& heirs);

// What refusing a default by null takes.
std::size_t size_of_refusal(std::string_view name);

}  // namespace brickwork::group
