#include "boundary/process.h"

#include <pthread.h>

#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <tuple>
#include <utility>

#include "engine/fork.h"

namespace brickwork::boundary {
namespace {

// Without destructors: other threads may still come by while the process exits.
constinit std::mutex mutex;
constinit CurlLoop* loop = nullptr;
constinit int users = 0;
constinit bool watches_forks = false;
// By host, rate, and the file that is shared with other processes.
using Budgets = std::map<std::tuple<std::string, double, std::string>, std::shared_ptr<RateLimits>>;
constinit Budgets* budgets = nullptr;
constinit std::shared_ptr<runs::Watchings>* watchings = nullptr;

// Registered after the engine's own handlers and therefore run before them: who holds this lock may be waiting for
// theirs, never the reverse.
void watch_forks() {
  if (watches_forks) return;
  fork_generation();
  const auto lock = [] { mutex.lock(); };
  const auto unlock = [] { mutex.unlock(); };
  const auto start_over = [] {
    loop = nullptr;
    users = 0;
    budgets = nullptr;    // what the parent's thread was counting in
    watchings = nullptr;  // and writing to
    mutex.unlock();
  };
  if (pthread_atfork(lock, unlock, start_over) != 0) throw std::bad_alloc();
  watches_forks = true;
}

}  // namespace

CurlLoop& join_loop() {
  const std::lock_guard lock(mutex);
  watch_forks();
  if (loop == nullptr) loop = new CurlLoop;
  ++users;
  return *loop;
}

void leave_loop() noexcept {
  std::unique_ptr<CurlLoop> last;
  {
    const std::lock_guard lock(mutex);
    if (--users == 0) last.reset(std::exchange(loop, nullptr));
  }
  // Stops and joins outside of the lock: a fork must not wait for a thread that may be inside the host's log function.
}

std::shared_ptr<RateLimits> workspace_budget(const std::string& host, double requests_per_second,
                                             std::shared_ptr<SharedLevels> shared) {
  const std::lock_guard lock(mutex);
  if (budgets == nullptr) budgets = new Budgets;
  std::shared_ptr<RateLimits>& budget =
      (*budgets)[{host, requests_per_second, shared ? shared->path() : std::string()}];
  if (!budget) budget = std::make_shared<RateLimits>(requests_per_second, std::move(shared));
  return budget;
}

std::shared_ptr<runs::Watchings> process_watchings() {
  const std::lock_guard lock(mutex);
  if (watchings == nullptr) watchings = new std::shared_ptr<runs::Watchings>(std::make_shared<runs::Watchings>());
  return *watchings;
}

}  // namespace brickwork::boundary
