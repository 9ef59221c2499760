#include "boundary/bytes.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace brickwork::boundary {
namespace {

// In front of the text, so that a host that changed `data` or `size` harms only itself.
struct Owner {
  std::size_t size;
};

struct Free {
  void operator()(void* memory) const { std::free(memory); }
};

// Room for a text and the null behind it; what was there stays.
void resize(std::unique_ptr<void, Free>& memory, std::size_t capacity) {
  void* larger = std::realloc(memory.get(), sizeof(Owner) + capacity + 1);
  if (larger == nullptr) throw std::bad_alloc();
  static_cast<void>(memory.release());
  memory.reset(larger);
}

char* text_in(const std::unique_ptr<void, Free>& memory) { return static_cast<char*>(memory.get()) + sizeof(Owner); }

}  // namespace

void give(const boost::json::object& document, std::size_t expected, bw_bytes* out) {
  std::size_t capacity = std::max<std::size_t>(expected, 256);
  std::unique_ptr<void, Free> memory;
  resize(memory, capacity);
  boost::json::serializer writer;
  writer.reset(&document);
  std::size_t size = 0;
  while (true) {
    size += writer.read(text_in(memory) + size, capacity - size).size();
    if (writer.done()) break;
    capacity *= 2;
    resize(memory, capacity);
  }
  resize(memory, size);
  char* data = text_in(memory);
  data[size] = '\0';
  auto* owner = ::new (memory.release()) Owner{size};
  *out = bw_bytes{data, size, owner};
}

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
