#include "engine/fork.h"

#include <pthread.h>

#include <atomic>
#include <mutex>

namespace brickwork {
namespace {

// Constant-initialised and without destructors: they must work before main and after exit.
constinit std::mutex inside;  // held while a thread is inside curl or OpenSSL
constinit std::mutex gate;    // taken on the way in, so that a fork which waits is passed by nobody
constinit std::atomic<std::uint64_t> generation{0};
thread_local bool is_inside = false;

// A fork from inside (a callback of curl that forks) holds the lock already, and gets the child it asked for.
void before_fork() {
  if (is_inside) return;
  gate.lock();
  inside.lock();
}

void after_fork_in_parent() {
  if (is_inside) return;
  inside.unlock();
  gate.unlock();
}

void after_fork_in_child() {
  after_fork_in_parent();
  generation.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

std::uint64_t fork_generation() {
  static const int registered = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  static_cast<void>(registered);  // fails without memory only, and then nothing else works either
  return generation.load(std::memory_order_relaxed);
}

NoFork::NoFork() {
  const std::lock_guard way_in(gate);
  inside.lock();
  is_inside = true;
}

NoFork::~NoFork() {
  is_inside = false;
  inside.unlock();
}

}  // namespace brickwork
