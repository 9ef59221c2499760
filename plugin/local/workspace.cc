#include "local/workspace.h"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <random>

namespace brickwork::local {
namespace {

std::atomic<IdSize> id_size{IdSize::kProduction};

}  // namespace

std::string run_page_url(const Workspace& workspace, std::int64_t job_id, std::int64_t run_id) {
  return workspace.url + "/jobs/" + std::to_string(job_id) + "/runs/" + std::to_string(run_id) +
         "?o=" + std::to_string(workspace.workspace_id);
}

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void choose_ids(IdSize size) { id_size = size; }

std::int64_t new_id() {
  static std::mutex mutex;
  static std::mt19937_64 random{std::random_device{}()};
  static const std::map<IdSize, std::pair<std::int64_t, std::int64_t>> ranges{
      {IdSize::kProduction, {100'000'000'000'000, 999'999'999'999'999}},
      {IdSize::kLarge, {(std::int64_t{1} << 53) + 1, std::int64_t{1} << 62}},
      {IdSize::kSmall, {1'000, (std::int64_t{1} << 31) - 1}}};
  const auto& [low, high] = ranges.at(id_size);
  const std::lock_guard lock(mutex);
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

}  // namespace brickwork::local
