#include "runs/told.h"

namespace brickwork::runs {

void tell_handle(const Progress& progress, const Handle& handle) {
  if (progress) progress(Object{{"handle", to_json(handle)}});
}

Progress with_handle(const Progress& progress, const Handle& handle) {
  if (!progress) return {};
  return [progress, document = to_json(handle)](Object state) {
    json::value changed = std::move(state["changed"]);
    state.erase("changed");
    progress(Object{{"handle", document}, {"state", std::move(state)}, {"changed", std::move(changed)}});
  };
}

}  // namespace brickwork::runs
