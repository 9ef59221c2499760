#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "local/resources/user_store.h"
#include "local/router.h"

namespace brickwork::local {

// A principal as SCIM shows it.
boost::json::object scim_document(UserStore& users, const Principal& principal);

// Users, ServicePrincipals and Groups of /api/2.0/preview/scim/v2.
void add_scim(Router& router, UserStore& users);
// The same at another place; `guard` throws an ApiError for who may not ask there.
void add_scim_at(Router& router, UserStore& users, const std::string& base,
                 const std::function<void(const Request&)>& guard);

}  // namespace brickwork::local
