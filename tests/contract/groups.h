#pragma once

#include <boost/json.hpp>
#include <filesystem>
#include <string>

#include "contract/host.h"

namespace brickwork::contract {

// A notebook task on the group's job cluster.
json::object notebook_task(const std::string& key, const std::string& path, const std::string& depends_on = {});
// A task that costs nothing to run, true or false.
json::object condition_task(const std::string& key, const std::string& left, const std::string& right,
                            const std::string& depends_on = {});
json::object group_of(const std::string& name, json::array tasks);

// first -> checks/rows -> last, where checks/rows fails as long as `marker` is no file. No notebook touches Spark.
json::object group_that_can_be_mended(const Host& host, const std::string& name, const std::filesystem::path& marker);

// One notebook that runs until it is canceled.
json::object endless_group(const Host& host, const std::string& name);

}  // namespace brickwork::contract
