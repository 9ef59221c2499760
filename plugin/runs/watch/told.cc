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
    return progress(std::move(told));
  };
}

Object state_in(const std::string& told) {
  json::value document = json::parse(told);
  json::value* beside_handle = document.as_object().if_contains("state");
  Object state = std::move(beside_handle != nullptr ? beside_handle->as_object() : document.as_object());
  state.erase("changed");
  return state;
}

}  // namespace brickwork::runs
