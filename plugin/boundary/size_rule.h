#pragma once

#include <cstddef>
#include <cstring>
#include <string>

#include "engine/status.h"

namespace brickwork::boundary {

// The kernel's copy_struct_from_user, with a floor: a struct may come from a host built earlier or later than this
// library. Never reads behind the size the host names. `smallest` is the struct's size in 1.0: no host was built with a
// smaller one, and a size that cuts a pointer in half must not become half a pointer.
Status copy_sized(void* known, std::size_t known_size, std::size_t smallest, const void* input, const char* name);

template <class Struct>
Status copy_struct(Struct* known, std::size_t smallest, const Struct* input, const char* name) {
  return copy_sized(known, sizeof(Struct), smallest, input, name);
}

}  // namespace brickwork::boundary
