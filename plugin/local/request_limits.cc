#include "local/request_limits.h"

#include <algorithm>

namespace brickwork::local {
namespace {

struct Limit {
  std::string_view name;
  std::string_view methods;  // empty: any
  std::string_view path;     // behind "/api/<version>/"; a trailing * matches any rest
  double per_second;
};

// Published for workspaces in general; the rest of the API has no number that anybody may count on.
constexpr Limit kLimits[] = {
    {"jobs/create", "", "jobs/create", 20},
    {"jobs/run-now", "", "jobs/run-now", 20},
    {"jobs/runs/submit", "", "jobs/runs/submit", 35},
    {"jobs/runs/get", "", "jobs/runs/get", 100},
    {"dbfs", "", "dbfs/*", 30},
    {"permissions (read)", "GET", "permissions/*", 100},
    {"permissions (write)", "PUT PATCH", "permissions/*", 30},
    {"secrets", "", "secrets/*", 1100.0 / 60},
    {"workspace/export", "", "workspace/export", 60},
    {"workspace/import", "", "workspace/import", 30},
};

bool matches(const Limit& limit, const Request& request) {
  if (!limit.methods.empty() && limit.methods.find(request.method) == std::string_view::npos) return false;
  std::string_view path = request.path;
  if (!path.starts_with("/api/")) return false;
  path.remove_prefix(5);
  path.remove_prefix(
      std::min(path.size(), path.find('/') == std::string_view::npos ? path.size() : path.find('/') + 1));
  if (limit.path.ends_with('*')) return path.starts_with(limit.path.substr(0, limit.path.size() - 1));
  return path == limit.path;
}

}  // namespace

RequestLimits::RequestLimits(Now now) : now_(std::move(now)) {
  for (const Limit& limit : kLimits)
    buckets_.push_back({limit.name, limit.per_second, std::max(1.0, limit.per_second), now_()});
}

RequestLimits::Bucket* RequestLimits::bucket_of(const Request& request) {
  for (std::size_t i = 0; i < buckets_.size(); ++i)
    if (matches(kLimits[i], request)) return &buckets_[i];
  return nullptr;
}

std::optional<Response> RequestLimits::refusal(const Request& request) {
  const std::lock_guard lock(mutex_);
  Bucket* bucket = bucket_of(request);
  if (bucket == nullptr) return std::nullopt;
  const std::int64_t now = now_();
  const double earned = static_cast<double>(std::max<std::int64_t>(0, now - bucket->filled_at)) / 1000;
  bucket->tokens = std::min(std::max(1.0, bucket->per_second), bucket->tokens + earned * bucket->per_second);
  bucket->filled_at = now;
  if (bucket->tokens >= 1) {
    bucket->tokens -= 1;
    return std::nullopt;
  }
  Response refused =
      error_response(429, "REQUEST_LIMIT_EXCEEDED", "The rate limit of " + std::string(bucket->name) + " was exceeded.",
                     request.request_id);
  refused.headers.emplace_back("Retry-After", "1");
  return refused;
}

}  // namespace brickwork::local
