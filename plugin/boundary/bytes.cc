#include "boundary/bytes.h"

#include <openssl/crypto.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace brickwork::boundary {
namespace {

// In front of the text, so that a host that changed `data` or `size` harms only itself.
struct Owner {
  std::size_t size;
};

}  // namespace

void give(std::string_view text, bw_bytes* out) {
  void* memory = std::malloc(sizeof(Owner) + text.size() + 1);
  if (memory == nullptr) throw std::bad_alloc();
  auto* owner = ::new (memory) Owner{text.size()};
  char* data = reinterpret_cast<char*>(owner + 1);
  if (!text.empty()) std::memcpy(data, text.data(), text.size());
  data[text.size()] = '\0';
  *out = bw_bytes{data, text.size(), owner};
}

void free_bytes(bw_bytes* bytes) noexcept {
  if (bytes == nullptr) return;
  if (auto* owner = static_cast<Owner*>(bytes->owner)) {
    OPENSSL_cleanse(owner, sizeof(Owner) + owner->size);
    std::free(owner);
  }
  *bytes = bw_bytes{};
}

}  // namespace brickwork::boundary
