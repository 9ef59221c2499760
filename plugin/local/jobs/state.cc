#include "local/jobs/state.h"

#include <array>
#include <utility>

#include "local/jobs/open_points.h"

namespace brickwork::local {
namespace {

constexpr std::array<std::string_view, 9> kLifeCycles{"QUEUED",         "PENDING",    "RUNNING",
                                                      "TERMINATING",    "TERMINATED", "SKIPPED",
                                                      "INTERNAL_ERROR", "BLOCKED",    "WAITING_FOR_RETRY"};
constexpr std::array<std::string_view, 11> kResults{"",
                                                    "SUCCESS",
                                                    "FAILED",
                                                    "TIMEDOUT",
                                                    "CANCELED",
                                                    "MAXIMUM_CONCURRENT_RUNS_REACHED",
                                                    "EXCLUDED",
                                                    "SUCCESS_WITH_FAILURES",
                                                    "UPSTREAM_FAILED",
                                                    "UPSTREAM_CANCELED",
                                                    "DISABLED"};

std::string_view v2_state_name(const State& state) {
  if (state.is_final()) return "TERMINATED";
  if (state.life_cycle == LifeCycle::kWaitingForRetry) return "WAITING";
  return name_of(state.life_cycle);
}

// A run that was skipped is SKIPPED; of its tasks the old form is told in three ways.
LifeCycle shown_life_cycle(const State& state) {
  if (state.life_cycle != LifeCycle::kSkipped || state.result == Result::kMaximumConcurrentRunsReached)
    return state.life_cycle;
  const std::string& choice = chosen("skipped-tasks");
  if (choice == "terminated") return LifeCycle::kTerminated;
  return choice == "internal-error" ? LifeCycle::kInternalError : LifeCycle::kSkipped;
}

}  // namespace

std::string_view name_of(LifeCycle life_cycle) { return kLifeCycles[static_cast<std::size_t>(life_cycle)]; }
std::string_view name_of(Result result) { return kResults[static_cast<std::size_t>(result)]; }

bool State::is_repairable() const {
  switch (result) {
    case Result::kFailed:
    case Result::kTimedOut:
    case Result::kCanceled:
    case Result::kUpstreamFailed:
    case Result::kUpstreamCanceled:
    case Result::kMaximumConcurrentRunsReached:
      return true;
    default:
      return false;
  }
}

State state_now(LifeCycle life_cycle, std::string message) {
  return {.life_cycle = life_cycle, .message = std::move(message)};
}

State state_success(std::string message) {
  return {LifeCycle::kTerminated, Result::kSuccess, std::move(message), "SUCCESS", "SUCCESS"};
}

State state_success_with_failures(std::string message) {
  return {LifeCycle::kTerminated, Result::kSuccessWithFailures, std::move(message), "SUCCESS_WITH_FAILURES", "SUCCESS"};
}

State state_failed(LifeCycle life_cycle, std::string message, std::string code, std::string type) {
  return {life_cycle, Result::kFailed, std::move(message), std::move(code), std::move(type)};
}

State state_timed_out(std::string message) {
  return {LifeCycle::kTerminated, Result::kTimedOut, std::move(message), "CANCELED", "CLIENT_ERROR", true};
}

State state_canceled(std::string message) {
  return {LifeCycle::kTerminated, Result::kCanceled, std::move(message), "USER_CANCELED", "SUCCESS", true};
}

State state_skipped(Result result, std::string message) {
  State state{LifeCycle::kSkipped, result, std::move(message), "SKIPPED", "CLIENT_ERROR"};
  if (result == Result::kExcluded || result == Result::kDisabled) state.type = "SUCCESS";
  if (result == Result::kDisabled) state.code = "DISABLED";
  if (result == Result::kMaximumConcurrentRunsReached) state.code = "MAX_CONCURRENT_RUNS_EXCEEDED";
  return state;
}

boost::json::object v1_state(const State& state) {
  boost::json::object shown{{"life_cycle_state", name_of(shown_life_cycle(state))}, {"state_message", state.message}};
  if (state.is_final()) shown["result_state"] = name_of(state.result);
  shown["user_cancelled_or_timedout"] = state.user_cancelled_or_timedout;
  if (state.life_cycle == LifeCycle::kQueued) shown["queue_reason"] = state.message;
  return shown;
}

boost::json::object v2_status(const State& state) {
  boost::json::object shown{{"state", v2_state_name(state)}};
  if (state.is_final())
    shown["termination_details"] =
        boost::json::object{{"code", state.code}, {"type", state.type}, {"message", state.message}};
  if (state.life_cycle == LifeCycle::kQueued)
    shown["queue_details"] = boost::json::object{
        {"code", state.code.empty() ? "MAX_CONCURRENT_RUNS_REACHED" : state.code}, {"message", state.message}};
  return shown;
}

boost::json::object to_json(const State& state) {
  return {{"life_cycle", static_cast<int>(state.life_cycle)},
          {"result", static_cast<int>(state.result)},
          {"message", state.message},
          {"code", state.code},
          {"type", state.type},
          {"user_cancelled_or_timedout", state.user_cancelled_or_timedout}};
}

State state_from_json(const boost::json::object& from) {
  State state;
  state.life_cycle = static_cast<LifeCycle>(from.at("life_cycle").as_int64());
  state.result = static_cast<Result>(from.at("result").as_int64());
  state.message = from.at("message").as_string();
  state.code = from.at("code").as_string();
  state.type = from.at("type").as_string();
  state.user_cancelled_or_timedout = from.at("user_cancelled_or_timedout").as_bool();
  return state;
}

}  // namespace brickwork::local
