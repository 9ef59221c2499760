#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace brickwork::local {

enum class LifeCycle {
  kQueued,
  kPending,
  kRunning,
  kTerminating,
  kTerminated,
  kSkipped,
  kInternalError,
  kBlocked,
  kWaitingForRetry,
};

enum class Result {
  kNone,  // not final yet
  kSuccess,
  kFailed,
  kTimedOut,
  kCanceled,
  kMaximumConcurrentRunsReached,
  kExcluded,
  kSuccessWithFailures,
  kUpstreamFailed,
  kUpstreamCanceled,
  kDisabled,
};

std::string_view name_of(LifeCycle life_cycle);
std::string_view name_of(Result result);  // empty for kNone

// The state of a run or of one attempt of a task; shown as the old `state` and as the new `status`, which must agree.
struct State {
  LifeCycle life_cycle = LifeCycle::kPending;
  Result result = Result::kNone;
  std::string message;
  std::string code;  // termination code, such as RUN_EXECUTION_ERROR
  std::string type;  // termination type: SUCCESS, CLIENT_ERROR, ...
  bool user_cancelled_or_timedout = false;

  bool is_final() const { return result != Result::kNone; }
  bool is_success() const { return result == Result::kSuccess || result == Result::kSuccessWithFailures; }
  // What rerun_all_failed_tasks repairs.
  bool is_repairable() const;
};

inline constexpr std::string_view kWorkloadFailed = "Workload failed, see run output for details";

State state_now(LifeCycle life_cycle, std::string message = "");
State state_success(std::string message = "");
State state_success_with_failures(std::string message);
State state_failed(LifeCycle life_cycle, std::string message, std::string code, std::string type);
State state_timed_out(std::string message);
State state_canceled(std::string message);
State state_skipped(Result result,
                    std::string message);  // upstream failed or canceled, excluded, disabled, too many runs

boost::json::object v1_state(const State& state);
boost::json::object v2_status(const State& state);

boost::json::object to_json(const State& state);
State state_from_json(const boost::json::object& from);

}  // namespace brickwork::local
