#pragma once

#include <span>
#include <string_view>

namespace brickwork::boundary {

struct Schema {
  std::string_view name;  // "group/1"
  std::string_view json;  // the text of abi/schema/group-1.json
};

// Every file of abi/schema, compiled in (see embed_schemas.cmake).
std::span<const Schema> schemas();

}  // namespace brickwork::boundary
