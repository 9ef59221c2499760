#include "runs/launch/launch.h"

#include "runs/state/state.h"
#include "runs/verbs.h"
#include "runs/watch/look.h"

namespace brickwork::runs {

Task<Result<Object>> launch(Context& context, RestClient& client, Memory& memory, Object request) {
  Result<PreparedLaunch> prepared = prepare_launch(context.loop(), client, memory, request);
  if (!prepared.ok()) co_return prepared.status();
  const bool with_state = flag(request, "state", false);
  Task<Result<Launched>> launching = start_launch(context, client, memory, std::move(prepared.value()));
  Result<Launched> result = co_await launching;
  if (!result.ok()) co_return result.status();
  Launched& launched = result.value();
  Object state;
  if (with_state) {
    Task<Result<Run>> looking = look(context, client, launched.handle.run_id);
    const Result<Run> run = co_await looking;
    if (!run.ok()) co_return run.status();
    learn(launched.handle, *run.value());
    launched.attached = launched.attached || began_before(launched, *run.value());
    state = state_of(launched.handle, *run.value(), {});
  }
  Object response{{"handle", to_json(launched.handle)}};
  set_id(response, "run_id", launched.handle.run_id);
  set_id(response, "job_id", launched.handle.job_id);
  response["attached"] = launched.attached;
  response["created"] = launched.created;
  response["reset"] = launched.reset;
  if (with_state) response["state"] = std::move(state);
  co_return response;
}

}  // namespace brickwork::runs
