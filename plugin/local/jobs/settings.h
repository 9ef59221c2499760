#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

enum class ApiVersion { k20, k21, k22 };

// Refuses settings that could never run, in Databricks' words. Members it does not know are left alone.
void check_settings(const boost::json::object& settings);

// What create and reset keep: the settings as they were sent, single-task settings of 2.0 turned into one task, and the
// defaults that depend on the version of the call.
boost::json::object stored_settings(boost::json::object settings, ApiVersion version);

// runs/submit: the same checks on `tasks`.
boost::json::object submitted_settings(boost::json::object request);

// Job settings as jobs/get shows them: with the defaults that nobody sent.
boost::json::object shown_settings(const boost::json::object& settings);

// jobs/update: members replace members, except that entries of a keyed array (tasks, job_clusters, ...) replace the
// entry of the same key and leave the others. `remove` names members, or "tasks/<task_key>".
boost::json::object updated_settings(const boost::json::object& current, const boost::json::object& changes,
                                     const std::vector<std::string>& remove);

}  // namespace brickwork::local
