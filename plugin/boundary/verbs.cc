#include "boundary/verbs.h"

#include <algorithm>

#include "brickwork/plugin.h"

namespace brickwork::boundary {
namespace {

using boost::json::object;
using runs::Progress;
using Answer = Task<Result<object>>;
using Waits = Verb::Waits;

// For the verbs of runs/ that have no progress to tell.
template <auto verb>
Answer silent(Context& context, VerbClient& client, object request, Progress) {
  return verb(context, client.rest, client.memory, std::move(request));
}

template <auto verb>
Answer telling(Context& context, VerbClient& client, object request, Progress progress) {
  return verb(context, client.rest, client.memory, std::move(request), std::move(progress));
}

constexpr Verb kVerbs[] = {
    {BW_GROUP_LINT, "group.lint", Waits::kNo, lint_group},
    {BW_GROUP_COMPILE, "group.compile", Waits::kNo, compile_group},
    {BW_GROUP_LAUNCH, "group.launch", Waits::kNo, nullptr, silent<runs::launch>},
    {BW_GROUP_RUN, "group.run", Waits::kForARun, nullptr, telling<runs::run_group>},
    {BW_GROUP_IMPORT, "group.import", Waits::kNo, import_group},
    {BW_RUN_ATTACH, "run.attach", Waits::kNo, nullptr, silent<runs::attach>},
    {BW_RUN_GET, "run.get", Waits::kNo, nullptr, silent<runs::get>},
    {BW_RUN_WATCH, "run.watch", Waits::kForARun, nullptr, telling<runs::watch>},
    {BW_RUN_OUTPUT, "run.output", Waits::kNo, nullptr, silent<runs::output>},
    {BW_RUN_CANCEL, "run.cancel", Waits::kWhenAsked, nullptr, telling<runs::cancel>},
    {BW_RUN_REPAIR_PLAN, "run.repair_plan", Waits::kNo, nullptr, silent<runs::repair_plan>},
    {BW_RUN_REPAIR, "run.repair", Waits::kWhenAsked, nullptr, silent<runs::repair>},
    {BW_RUN_TRACE, "run.trace", Waits::kNo, nullptr, silent<runs::trace>},
    {BW_RUN_NOTIFY, "run.notify", Waits::kNo, nullptr, silent<runs::notify>},
    {BW_RUN_SWEEP, "run.sweep", Waits::kWhenAsked, nullptr, silent<runs::sweep>},
    {BW_NOTEBOOK_RUN, "notebook.run", Waits::kForARun, nullptr, telling<runs::run_notebook>},
    {BW_AUTH_CHECK, "auth.check", Waits::kNo, nullptr, check_auth},
    {BW_AUTH_HEADERS, "auth.headers", Waits::kNo, nullptr, auth_headers},
    {BW_AUTH_U2M_URL, "auth.u2m_url", Waits::kNo, nullptr, auth_u2m_url},
    {BW_AUTH_U2M_EXCHANGE, "auth.u2m_exchange", Waits::kNo, nullptr, auth_u2m_exchange},
    {BW_AUTH_SESSION_INFO, "auth.session_info", Waits::kNo, nullptr, auth_session_info},
    {BW_AUTH_CREATE_APP, "auth.create_app", Waits::kNo, nullptr, auth_create_app},
    {BW_REST, "rest", Waits::kNo, nullptr, send_rest},
};

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

const Verb* find_verb(std::uint32_t number) {
  const auto* found =
      std::find_if(std::begin(kVerbs), std::end(kVerbs), [number](const Verb& verb) { return verb.number == number; });
  return found == std::end(kVerbs) ? nullptr : found;
}

}  // namespace brickwork::boundary
