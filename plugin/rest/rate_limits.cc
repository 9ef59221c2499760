#include "rest/rate_limits.h"

#include <algorithm>
#include <array>

namespace brickwork {
namespace {

struct Class {
  std::string_view path;    // behind "/api/2.x/"; a prefix when it ends in a slash
  std::string_view method;  // empty: any
  double per_second;
};

// Databricks' documented limits, per workspace.
constexpr std::array<Class, 10> kClasses = {{
    {"jobs/create", "", 20},
    {"jobs/run-now", "", 20},
    {"jobs/runs/submit", "", 35},
    {"jobs/runs/get", "", 100},
    {"dbfs/", "", 30},
    {"permissions/", "GET", 100},
    {"permissions/", "", 30},
    {"secrets/", "", 1100.0 / 60},
    {"workspace/export", "", 60},
    {"workspace/import", "", 30},
}};
constexpr Class kOthers = {"others", "", 100};

std::string_view without_version(std::string_view path) {
  if (path.substr(0, 5) != "/api/") return path;
  const std::size_t slash = path.find('/', 5);
  return slash == path.npos ? path : path.substr(slash + 1);
}

const Class& class_of(std::string_view method, std::string_view path) {
  const std::string_view endpoint = without_version(path);
  for (const Class& each : kClasses) {
    if (!each.method.empty() && each.method != method) continue;
    if (each.path.back() == '/' ? endpoint.substr(0, each.path.size()) == each.path : endpoint == each.path)
      return each;
  }
  return kOthers;
}

}  // namespace

TokenBucket::TokenBucket(double per_second)
    : interval_(static_cast<std::int64_t>(1e9 / std::max(per_second, 1e-3))),
      burst_(std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(std::chrono::seconds(1)) - interval_)) {}

Instant TokenBucket::next(Instant now) const { return std::max({now, filled_ - burst_, paused_until_}); }

Instant TokenBucket::reserve(Instant now) {
  const Instant when = next(now);
  filled_ = std::max(filled_, when) + interval_;
  return when;
}

void TokenBucket::pause(Instant until) { paused_until_ = std::max(paused_until_, until); }

TokenBucket& RateLimits::bucket(std::string_view method, std::string_view path) {
  if (overall_ > 0) return buckets_.try_emplace("all", overall_).first->second;
  const Class& limits = class_of(method, path);
  return buckets_.try_emplace(std::string(limits.method) + " " + std::string(limits.path), limits.per_second)
      .first->second;
}

}  // namespace brickwork
