#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "local/body.h"
#include "local/caller.h"

namespace brickwork::local {

struct Request {
  std::string method;
  std::string path;                                             // decoded, without the query
  std::map<std::string, std::string> query;                     // decoded
  std::vector<std::pair<std::string, std::string>> query_list;  // the same, for names that come more than once
  std::map<std::string, std::string> headers;                   // names in lower case
  std::string body;
  std::map<std::string, std::string> captures;  // of {name} in the route
  std::string request_id;
  Caller caller;  // nobody, for a public route

  // The members of the query and of the body, JSON whatever its Content-Type says or a multipart form, in one object;
  // MALFORMED_REQUEST when the body is not an object.
  // Values of the query are strings: read them with fields.h, which accepts numeric strings as the real API does.
  const boost::json::object& arguments() const;

 private:
  mutable std::optional<boost::json::object> arguments_;
};

struct Response {
  int status = 200;
  std::string body = "{}";
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<FileBody> file;  // instead of `body`
  // Instead of everything above: takes who is to be given the answer as soon as there is one, from whatever thread. So
  // nobody waits on a thread of the pool for something that takes seconds.
  std::function<void(std::function<void(Response)>)> later;
};

Response json_response(const boost::json::object& body);
Response error_response(int http_status, std::string_view error_code, std::string_view message,
                        std::string_view request_id);

using Handler = std::function<Response(const Request&)>;
// Called when the header of a request is there and its body is not: the request's own is empty.
using UploadHandler = std::function<std::unique_ptr<Upload>(const Request&)>;

// Finds the handler of a request and turns whatever it throws into Databricks' error body.
class Router {
 public:
  enum class Access { kToken, kPublic };

  // `route` is a path; a segment "{name}" captures one segment, a last segment "{name...}" the rest of the path with
  // its slashes. Handlers run on a pool of threads, several at a time.
  void add(std::string method, std::string_view route, Handler handler, Access access = Access::kToken);

  // A route whose bodies may be larger than memory.
  void add_upload(std::string method, std::string_view route, UploadHandler begin, Access access = Access::kToken);

  // Puts `around` in front of a route without captures that was added before: it decides whether, and with what, the
  // route's own handler is called.
  using Around = std::function<Response(const Request&, const Handler&)>;
  void wrap(const std::string& method, const std::string& route, Around around);

  // Called by the server after all routes were added. Never throws.
  Response handle(Request& request) const;
  bool is_public(const std::string& method, std::string_view path) const;

  bool takes_upload(const std::string& method, std::string_view path) const;
  // Nothing when all went well. Never throws, either.
  std::optional<Response> begin_upload(Request& request, std::unique_ptr<Upload>& upload) const;
  static std::optional<Response> write_upload(const Request& request, Upload& upload, std::string_view piece);
  static Response finish_upload(const Request& request, Upload& upload);

  // GET /api/brickwork/routes: every route by method and path, as they were added. For tests that want to miss none.
  void add_list_of_routes();

 private:
  struct Route {
    std::string method;
    std::string path;
    std::vector<std::string> segments;
    Handler handler;
    Access access;
    UploadHandler begin_upload;
  };
  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string> captures;
  };
  Match find(const std::string& method, std::string_view path) const;
  void insert(Route added);

  std::map<std::pair<std::string, std::string>, Route> exact_;  // by method and path: the usual case is one lookup
  std::vector<Route> patterns_;
};

}  // namespace brickwork::local
