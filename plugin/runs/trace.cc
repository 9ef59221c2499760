#include "runs/insight/lineage.h"
#include "runs/insight/spans.h"
#include "runs/verbs.h"
#include "runs/watch/task_output.h"

namespace brickwork::runs {

Task<Result<Object>> trace(Context& context, RestClient& client, Memory& memory, Object request) {
  Result<Handle> referred = referred_run(request, client.options().host);
  if (!referred.ok()) co_return referred.status();
  Handle& handle = referred.value();
  const Result<TraceWish> wish = trace_wish(request);
  if (!wish.ok()) co_return wish.status();

  Task<Result<Run>> looking = look_with_errors(context, client, memory, &handle);
  const Result<Run> run = co_await looking;
  if (!run.ok()) co_return run.status();

  const ErrorHead error_heads = error_heads_of(memory);
  if (wish.value().format == TraceWish::Format::kOpenLineage)
    co_return Object{{"openlineage", lineage_of(handle, *run.value(), error_heads, wish.value())}};
  co_return Object{{"otlp", otlp_of(handle, *run.value(), error_heads, wish.value())}};
}

}  // namespace brickwork::runs
