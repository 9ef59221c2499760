#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/jobs/page.h"
#include "local/jobs/show.h"

namespace brickwork::local {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// Cuts the long lists of the settings down to one page; true when there is more.
bool cut_to_page(object& settings, std::int64_t offset) {
  bool more = false;
  for (const char* name : {"tasks", "job_clusters", "parameters", "environments"}) {
    value* list = settings.if_contains(name);
    if (list == nullptr || !list->is_array()) continue;
    const std::int64_t size = static_cast<std::int64_t>(list->get_array().size());
    if (offset == 0 && size <= kPageSize) continue;
    array page;
    for (std::int64_t i = offset; i < std::min(size, offset + kPageSize); ++i)
      page.push_back(std::move(list->get_array()[static_cast<std::size_t>(i)]));
    more |= size > offset + kPageSize;
    if (page.empty())
      settings.stable_erase(name);
    else
      *list = std::move(page);
  }
  return more;
}

// A 2.0 client knows the one task of its job only as members of the settings.
void spread_single_task(object& settings) {
  value* tasks = settings.if_contains("tasks");
  if (tasks == nullptr || settings["format"] != value("SINGLE_TASK") || tasks->as_array().size() != 1) return;
  const object task = tasks->get_array()[0].as_object();
  settings.stable_erase("tasks");
  for (const auto& member : task)
    if (member.key() != "task_key" && !settings.contains(member.key())) settings[member.key()] = member.value();
}

}  // namespace

object show_job(const Job& job, const JobView& view) {
  object settings = shown_settings(*job.settings);
  if (view.version == ApiVersion::k20)
    spread_single_task(settings);
  else
    settings["format"] = "MULTI_TASK";
  if (!view.with_tasks)
    for (const char* list : {"tasks", "job_clusters", "parameters", "environments"}) settings.stable_erase(list);

  const value* tasks = settings.if_contains("tasks");
  const std::size_t count = tasks == nullptr ? 0 : tasks->as_array().size();
  if (view.version != ApiVersion::k22 && count > static_cast<std::size_t>(kPageSize))
    throw invalid_parameter(
        "Resources with more than 100 tasks can only be handled by API 2.2 and above. "
        "Your resource has " +
        std::to_string(count) + " tasks");
  object shown{{"job_id", job.job_id},
               {"creator_user_name", job.creator_user_name},
               {"run_as_user_name", run_as(job)},
               {"created_time", job.created_time}};
  if (view.version == ApiVersion::k22 && cut_to_page(settings, view.offset)) {
    shown["has_more"] = true;
    shown["next_page_token"] = page_token({view.offset + kPageSize}, "jobs/get " + std::to_string(job.job_id));
  }
  shown["settings"] = std::move(settings);
  return shown;
}

}  // namespace brickwork::local
