#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "local/api_error.h"

namespace brickwork::local {

// What SCIM (RFC 7643 and 7644) says about documents, whatever they describe.

// SCIM has an error body of its own: the handlers of SCIM turn this into it.
class ScimError : public ApiError {
 public:
  ScimError(int http_status, const std::string& detail, std::string scim_type = "")
      : ApiError(http_status, "SCIM_" + std::to_string(http_status), detail), scim_type_(std::move(scim_type)) {}
  const std::string& scim_type() const { return scim_type_; }

 private:
  std::string scim_type_;
};

// One entry of a PATCH's Operations laid over `document`: add, replace or remove, with a path such as `active`,
// `name.familyName` or `members[value eq "7"]`, or without one.
void apply_operation(boost::json::object& document, const boost::json::object& operation);

// Only the members that `attributes` names (separated by commas; all for an empty list), without those that `excluded`
// names, and always id.
boost::json::object with_attributes(const boost::json::object& document, const std::string& attributes,
                                    const std::string& excluded);

}  // namespace brickwork::local
