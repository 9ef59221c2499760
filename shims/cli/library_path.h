#pragma once

#include <filesystem>
#include <string>

namespace brickwork::cli {

// The directory that this executable lies in; empty when the system does not say.
std::filesystem::path executable_directory();

// What to hand to dlopen: BRICKWORK_LIBRARY, else the library beside this executable, else the bare name, which the
// loader looks up on its own path.
std::string library_path();

}  // namespace brickwork::cli
