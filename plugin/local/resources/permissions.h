#pragma once

#include <boost/json/array.hpp>

#include "local/resources/permission_store.h"
#include "local/router.h"

namespace brickwork::local {

// An access_control_list as clients send it. Throws for a level that the kind does not have, for a principal that does
// not exist, and for a group that owns.
std::vector<Grant> grants_of(UserStore& users, const std::string& kind, const boost::json::array& list);

// GET, PUT and PATCH of /api/2.0/permissions/{kind}/{id}, and the list of levels.
void add_permissions(Router& router, PermissionStore& permissions, UserStore& users);

}  // namespace brickwork::local
