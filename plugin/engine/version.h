#pragma once

namespace brickwork {

// The version of the project, as CMake knows it.
const char* version();

}  // namespace brickwork
