#include "library_path.h"

#include <cstdlib>

namespace brickwork::cli {

namespace fs = std::filesystem;

fs::path executable_directory() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::path() : executable.parent_path();
}

std::string library_path() {
  if (const char* chosen = std::getenv("BRICKWORK_LIBRARY"); chosen != nullptr && *chosen != '\0') return chosen;

  // The soname first: it is the one that an install has without its development files.
  const fs::path beside = executable_directory().parent_path();
  std::error_code error;
  for (const char* directory : {"lib", "lib64", BRICKWORK_LIBDIR}) {
    for (const char* name : {"libbrickwork.so.1", "libbrickwork.so"}) {
      const fs::path candidate = beside / directory / name;
      if (!beside.empty() && fs::exists(candidate, error)) return candidate;
    }
  }
  return "libbrickwork.so.1";
}

}  // namespace brickwork::cli
