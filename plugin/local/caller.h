#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// Who sent a request: a user or a service principal, with the groups it is in, directly or through other groups. One
// that was never filled in is nobody and may do nothing.
struct Caller {
  std::int64_t user_id = 0;
  std::string user_name;  // of a service principal its application id
  std::vector<std::string> groups;
  bool is_service_principal = false;
  std::vector<std::string> scopes;  // of an access token; empty: everything that the user may

  bool in_group(std::string_view name) const { return std::find(groups.begin(), groups.end(), name) != groups.end(); }
  bool is_admin() const { return in_group("admins"); }
};

}  // namespace brickwork::local
