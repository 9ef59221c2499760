#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "local/router.h"

namespace brickwork::local::pages {

// Has a request answered as if it had come over the network: login, permissions and all.
using Ask = std::function<Response(Request&)>;

// The token of this session is not valid any more.
struct LoggedOut {};

// The REST API as the user of a session. Pages are one more client of it: what the API refuses to show or to do, they
// cannot show or do either. Throws ApiError with the API's own words, or LoggedOut.
class Api {
 public:
  Api(const Ask& ask, std::string token) : ask_(ask), token_(std::move(token)) {}

  boost::json::object get(const std::string& path, const std::map<std::string, std::string>& query = {}) const;
  boost::json::object post(const std::string& path, const boost::json::object& body) const;

  // All pages of an answer in one: the lists named are joined.
  boost::json::object get_all(const std::string& path, std::map<std::string, std::string> query,
                              const std::vector<std::string>& lists) const;

 private:
  boost::json::object answer(Request& request) const;

  const Ask& ask_;
  std::string token_;
};

}  // namespace brickwork::local::pages
