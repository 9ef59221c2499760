#include "runs/watch/told.h"

namespace brickwork::runs {

void tell_handle(const Progress& progress, const Handle& handle) {
  if (progress) progress(Object{{"handle", to_json(handle)}});
}

Progress with_handle(const Progress& progress, const Handle& handle, std::shared_ptr<const json::array> decisions) {
  if (!progress) return {};
  return [progress, document = to_json(handle), decisions = std::move(decisions)](Object state) {
    json::value changed = std::move(state["changed"]);
    state.erase("changed");
    Object told{{"handle", document}, {"state", std::move(state)}, {"changed", std::move(changed)}};
    if (decisions && !decisions->empty()) told["decisions"] = *decisions;
    progress(std::move(told));
  };
}

}  // namespace brickwork::runs
