#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/routes.h"

namespace brickwork::local {
namespace {

constexpr std::int64_t kMostSeconds = 10LL * 365 * 86400;

Response show(SystemClock& clock) { return json_response({{"now_ms", clock.now_ms()}}); }

Response turn(SystemClock& clock, const Request& request) {
  if (!request.caller.is_admin()) throw ApiError(403, "PERMISSION_DENIED", "Only admins can turn the clock.");
  const std::int64_t seconds = required_integer(request.arguments(), "advance_seconds");
  if (seconds < 0 || seconds > kMostSeconds)
    throw invalid_parameter("advance_seconds must be between 0 and " + std::to_string(kMostSeconds) + ".");
  clock.advance(seconds * 1000);
  return show(clock);
}

}  // namespace

void add_clock(Router& router, SystemClock& clock) {
  router.add("GET", "/api/brickwork/clock", [&clock](const Request&) { return show(clock); });
  router.add("POST", "/api/brickwork/clock", [&clock](const Request& request) { return turn(clock, request); });
}

}  // namespace brickwork::local
