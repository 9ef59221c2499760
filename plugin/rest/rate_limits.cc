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

// The number of a class, under which its level is shared: one may be added behind the others, none may move.
constexpr std::size_t kOverall = kClasses.size() + 1;
static_assert(kOverall < SharedLevels::kMost);

std::size_t number_of(std::string_view method, std::string_view path) {
  const std::string_view endpoint = without_version(path);
  for (std::size_t number = 0; number < kClasses.size(); ++number) {
    const Class& each = kClasses[number];
    if (!each.method.empty() && each.method != method) continue;
    if (each.path.back() == '/' ? endpoint.substr(0, each.path.size()) == each.path : endpoint == each.path)
      return number;
  }
  return kClasses.size();
}

using std::chrono::nanoseconds;

constexpr nanoseconds kSecond = std::chrono::seconds(1);
constexpr nanoseconds kLongestPause = std::chrono::minutes(10);
constexpr nanoseconds kDelay = std::chrono::seconds(10);  // between a look at the clock and its use, at most
constexpr int kShareOfControl = 5;                        // a fifth

nanoseconds since_boot(Instant when) { return when.time_since_epoch(); }
Instant instant(nanoseconds since_boot) { return Instant(std::chrono::duration_cast<Instant::duration>(since_boot)); }

}  // namespace

TokenBucket::TokenBucket(double per_second, BudgetLevel* shared)
    : interval_(static_cast<std::int64_t>(1e9 / std::max(per_second, 1e-3))),
      burst_(std::max(nanoseconds(0), kSecond - interval_)),
      kept_for_control_(interval_ * ((burst_ / interval_ + 1) / kShareOfControl)),
      own_(shared == nullptr ? std::make_unique<BudgetLevel>() : nullptr),
      level_(shared == nullptr ? own_.get() : shared) {}

// Nothing is taken before its time, so what was taken reaches no further than a burst from now, and one more.
nanoseconds TokenBucket::filled(nanoseconds now) const {
  const nanoseconds filled(level_->filled_ns.load(std::memory_order_relaxed));
  return filled > now + burst_ + 2 * interval_ + kDelay ? now : filled;
}

nanoseconds TokenBucket::paused_until(nanoseconds now) const {
  const nanoseconds until(level_->paused_until_ns.load(std::memory_order_relaxed));
  return until > now + kLongestPause ? nanoseconds(0) : until;
}

Instant TokenBucket::next(Instant now, Lane lane) const {
  const nanoseconds at = since_boot(now);
  nanoseconds ready = filled(at) - burst_;
  if (lane != Lane::kControl) ready += kept_for_control_ + interval_ * queue(Lane::kControl).waiting;
  return instant(std::max({at, ready, paused_until(at)}));
}

bool TokenBucket::take(Instant now, Lane lane) {
  const nanoseconds at = since_boot(now);
  std::int64_t known = level_->filled_ns.load(std::memory_order_relaxed);
  do {
    if (next(now, lane) > now) return false;
  } while (!level_->filled_ns.compare_exchange_weak(known, (std::max(filled(at), at) + interval_).count(),
                                                    std::memory_order_relaxed));
  return true;
}

// Whoever of the processes hears of it first, the longest one counts.
void TokenBucket::pause(Instant until) {
  std::int64_t known = level_->paused_until_ns.load(std::memory_order_relaxed);
  const std::int64_t wish = since_boot(until).count();
  while (known < wish && !level_->paused_until_ns.compare_exchange_weak(known, wish, std::memory_order_relaxed)) {
  }
}

TokenBucket::Place::Place(TokenBucket& bucket, Lane lane) : bucket_(bucket), lane_(lane) {
  Queue& queue = bucket_.queue(lane_);
  if (queue.waiting++ == 0) queue.last = Instant{};
}

TokenBucket::Place::~Place() { --bucket_.queue(lane_).waiting; }

// The two lanes that share alike go in turn while both wait.
Instant TokenBucket::Place::when(Instant now) {
  Queue& queue = bucket_.queue(lane_);
  const Lane other = lane_ == Lane::kWatch ? Lane::kOutput : Lane::kWatch;
  const bool alone = lane_ == Lane::kControl || bucket_.queue(other).waiting == 0;
  const Instant behind = queue.last == Instant{} ? now : queue.last + bucket_.interval_ * (alone ? 1 : 2);
  queue.last = std::max(bucket_.next(now, lane_), behind);
  return queue.last;
}

TokenBucket& RateLimits::bucket(std::string_view method, std::string_view path) {
  const std::size_t number = overall_ > 0 ? kOverall : number_of(method, path);
  const auto found = buckets_.find(number);
  if (found != buckets_.end()) return found->second;
  double per_second = overall_;
  if (overall_ <= 0) per_second = number < kClasses.size() ? kClasses[number].per_second : kOthers.per_second;
  return buckets_.try_emplace(number, per_second, shared_ ? shared_->level(number) : nullptr).first->second;
}

}  // namespace brickwork
