#include "runs/insight/insight.h"
#include "runs/state/state.h"
#include "runs/verbs.h"
#include "runs/watch/task_output.h"

namespace brickwork::runs {

Task<Result<Object>> get(Context& context, RestClient& client, Memory& memory, Object request) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  Handle& handle = referred.value();
  const Result<std::shared_ptr<const Rates>> insight = insight_wish(request);
  if (!insight.ok()) co_return insight.status();

  Task<Result<Run>> looking = look_with_errors(context, client, memory, &handle);
  const Result<Run> run = co_await looking;
  if (!run.ok()) co_return run.status();
  Object state = state_of(handle, *run.value(), error_heads_of(memory));
  if (insight.value()) state["insight"] = insight_of(handle, *run.value(), *insight.value(), context.loop().unix_ms());
  co_return state;
}

}  // namespace brickwork::runs
