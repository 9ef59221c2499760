#include "local/workspace.h"

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <random>

namespace brickwork::local {

std::string run_page_url(const Workspace& workspace, std::int64_t job_id, std::int64_t run_id) {
  return workspace.url + "/jobs/" + std::to_string(job_id) + "/runs/" + std::to_string(run_id) +
         "?o=" + std::to_string(workspace.workspace_id);
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::int64_t new_id() {
  static const bool large = std::getenv("BRICKWORK_LOCAL_LARGE_IDS") != nullptr;
  static std::mutex mutex;
  static std::mt19937_64 random{std::random_device{}()};
  const std::int64_t low = large ? (std::int64_t{1} << 53) + 1 : 100'000'000'000'000;
  const std::int64_t high = large ? (std::int64_t{1} << 62) : 999'999'999'999'999;
  const std::lock_guard lock(mutex);
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

}  // namespace brickwork::local
