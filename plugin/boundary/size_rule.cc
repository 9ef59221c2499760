#include "boundary/size_rule.h"

#include <algorithm>
#include <cstdint>

namespace brickwork::boundary {
namespace {

// No struct of this ABI comes near it: more than that is memory that nobody initialised.
constexpr std::size_t kLargest = 4096;

}  // namespace

Status copy_sized(void* known, std::size_t known_size, std::size_t smallest, const void* input, const char* name) {
  if (input == nullptr) return failure(Code::kInvalidArgument, std::string(name) + " is NULL");
  std::uint32_t size = 0;
  std::memcpy(&size, input, sizeof size);
  if (size < smallest || size > kLargest) {
    return failure(Code::kInvalidArgument, std::string(name) + ".struct_size is " + std::to_string(size) +
                                               "; zero the struct and set it to sizeof(" + name + ")");
  }
  const auto* bytes = static_cast<const unsigned char*>(input);
  for (std::size_t at = known_size; at < size; ++at) {
    if (bytes[at] != 0) {
      return failure(Code::kUnimplemented, std::string(name) + " has a field at byte " + std::to_string(at) +
                                               " that this library does not know; leave it zero or use a newer one");
    }
  }
  std::memset(known, 0, known_size);
  std::memcpy(known, input, std::min<std::size_t>(size, known_size));
  return Status();
}

}  // namespace brickwork::boundary
