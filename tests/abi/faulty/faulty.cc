// Linked into a second build of the module: makes operator new fail, or a slot throw, where a test asks for it.

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <stdexcept>

#include "boundary/guard.h"

namespace {

constinit std::atomic<std::int64_t> allocations_left{-1};  // before one fails; below zero: none does
constinit std::atomic<std::int64_t> failed{0};
constinit std::atomic<int> to_throw{0};

// One allocation fails, the next ones succeed: each place is tried alone.
void* allocate(std::size_t size) noexcept {
  if (allocations_left.load(std::memory_order_relaxed) >= 0 && allocations_left.fetch_sub(1) == 0) {
    ++failed;
    return nullptr;
  }
  return std::malloc(size == 0 ? 1 : size);
}

void* allocate_or_throw(std::size_t size) {
  if (void* memory = allocate(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace brickwork::boundary {

void fault_point() {
  switch (to_throw.load()) {
    case 1:
      throw 42;
    case 2:
      throw std::runtime_error("dapi-canary of a document");
    case 3:
      throw std::bad_alloc();
    case 4:
      pthread_cancel(pthread_self());
      pthread_testcancel();
      break;
    default:
      break;
  }
}

}  // namespace brickwork::boundary

#pragma GCC visibility push(default)
extern "C" {
void bw_test_fail_after(std::int64_t allocations) { allocations_left = allocations; }
std::int64_t bw_test_failed() { return failed.exchange(0); }
void bw_test_throw(int kind) { to_throw = kind; }
}
#pragma GCC visibility pop
