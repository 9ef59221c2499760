#pragma once

#include <boost/json/object.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace brickwork::local {

// Thrown inside a handler, turned into Databricks' error body at one place, the router.
class ApiError : public std::runtime_error {
 public:
  ApiError(int http_status, std::string error_code, const std::string& message)
      : std::runtime_error(message), http_status_(http_status), error_code_(std::move(error_code)) {}

  int http_status() const { return http_status_; }
  const std::string& error_code() const { return error_code_; }

 private:
  int http_status_;
  std::string error_code_;
};

inline ApiError invalid_parameter(const std::string& message) { return {400, "INVALID_PARAMETER_VALUE", message}; }
inline ApiError malformed_request(const std::string& message) {
  return {400, "MALFORMED_REQUEST", "Could not parse request object: " + message};
}
inline ApiError invalid_state(const std::string& message) { return {400, "INVALID_STATE", message}; }
inline ApiError does_not_exist(const std::string& message) { return {404, "RESOURCE_DOES_NOT_EXIST", message}; }
inline ApiError already_exists(const std::string& message) { return {400, "RESOURCE_ALREADY_EXISTS", message}; }
inline ApiError feature_disabled(const std::string& message) { return {400, "FEATURE_DISABLED", message}; }

}  // namespace brickwork::local
