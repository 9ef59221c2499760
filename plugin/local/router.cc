#include "local/router.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <exception>
#include <filesystem>

#include "local/api_error.h"
#include "local/resources/multipart.h"

namespace brickwork::local {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(path.front() == '/' ? 1 : 0);
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

bool is_capture(const std::string& segment) { return segment.size() > 2 && segment.front() == '{'; }
bool is_rest(const std::string& segment) { return is_capture(segment) && segment.ends_with("...}"); }

std::string rest_of(const std::vector<std::string>& segments, std::size_t from) {
  std::string rest;
  for (std::size_t i = from; i < segments.size(); ++i) rest += (i > from ? "/" : "") + segments[i];
  return rest;
}

bool matches(const std::vector<std::string>& route, const std::vector<std::string>& path,
             std::map<std::string, std::string>& captures) {
  for (std::size_t i = 0; i < route.size(); ++i) {
    if (is_rest(route[i])) {
      captures[route[i].substr(1, route[i].size() - 5)] = rest_of(path, i);
      return true;
    }
    if (i >= path.size()) return false;
    if (is_capture(route[i]))
      captures[route[i].substr(1, route[i].size() - 2)] = path[i];
    else if (route[i] != path[i])
      return false;
  }
  return route.size() == path.size();
}

// "/api/2.2/jobs/x" is named as "/jobs/x".
std::string without_version(const std::string& path) {
  if (!path.starts_with("/api/2.")) return path;
  return path.substr(std::min(path.find('/', 5), path.size()));
}

bool asks_for_the_impossible(const std::error_code& code) {
  return code == std::errc::not_a_directory || code == std::errc::is_a_directory || code == std::errc::file_exists ||
         code == std::errc::filename_too_long || code == std::errc::directory_not_empty ||
         code == std::errc::no_such_file_or_directory;
}

// What an action answers, or what it throws in Databricks' words.
template <class Action>
Response in_words(const Request& request, Action action) {
  try {
    return action();
  } catch (const ApiError& error) {
    return error_response(error.http_status(), error.error_code(), error.what(), request.request_id);
  } catch (const std::filesystem::filesystem_error& error) {
    // A path of the request that cannot be, such as one below a file; where it lies on this machine is nobody's
    // business.
    if (!asks_for_the_impossible(error.code()))
      return error_response(500, "INTERNAL_ERROR", error.code().message(), request.request_id);
    return error_response(400, "INVALID_PARAMETER_VALUE", "The path cannot be used: " + error.code().message() + ".",
                          request.request_id);
  } catch (const std::exception& error) {
    return error_response(500, "INTERNAL_ERROR", error.what(), request.request_id);
  }
}

}  // namespace

const boost::json::object& Request::arguments() const {
  if (arguments_) return *arguments_;
  boost::json::object merged;
  if (is_form(*this)) {
    for (const FormPart& part : form_parts(*this))
      if (part.file_name.empty()) merged[part.name] = part.content;
  } else if (body.find_first_not_of(" \t\r\n") != std::string::npos) {
    boost::json::error_code error;
    boost::json::value parsed = boost::json::parse(body, error, {}, {.max_depth = 200});
    if (error) throw malformed_request(error.message());
    if (!parsed.is_object()) throw malformed_request("Expected an object.");
    merged = std::move(parsed.get_object());
  }
  for (const auto& [name, value] : query) merged[name] = value;
  return arguments_.emplace(std::move(merged));
}

Response json_response(const boost::json::object& body) { return {.body = boost::json::serialize(body)}; }

Response error_response(int http_status, std::string_view error_code, std::string_view message,
                        std::string_view request_id) {
  const boost::json::object info{
      {"@type", "type.googleapis.com/google.rpc.RequestInfo"}, {"request_id", request_id}, {"serving_data", ""}};
  Response response = json_response({{"error_code", error_code}, {"message", message}, {"details", {info}}});
  response.status = http_status;
  return response;
}

void Router::add(std::string method, std::string_view route, Handler handler, Access access) {
  insert({std::move(method), std::string(route), split(route), std::move(handler), access, nullptr});
}

void Router::add_upload(std::string method, std::string_view route, UploadHandler begin, Access access) {
  // Reached only from inside, where there is no connection to take pieces from.
  const auto whole = [begin](const Request& request) {
    const std::unique_ptr<Upload> upload = begin(request);
    upload->write(request.body);
    return upload->finish();
  };
  insert({std::move(method), std::string(route), split(route), whole, access, begin});
}

void Router::insert(Route added) {
  const std::string route = added.path;
  if (route.find('{') == std::string::npos) {
    const auto key = std::make_pair(added.method, route);
    exact_.insert_or_assign(key, std::move(added));
  } else {
    patterns_.push_back(std::move(added));
  }
}

void Router::wrap(const std::string& method, const std::string& route, Around around) {
  const auto found = exact_.find({method, route});
  if (found == exact_.end()) throw std::logic_error("no route " + method + " " + route);
  found->second.handler = [around = std::move(around), handler = std::move(found->second.handler)](
                              const Request& request) { return around(request, handler); };
}

void Router::add_list_of_routes() {
  add("GET", "/api/brickwork/routes", [this](const Request&) {
    boost::json::array routes;
    const auto add_route = [&](const Route& route) {
      routes.push_back(boost::json::object{
          {"method", route.method}, {"path", route.path}, {"public", route.access == Access::kPublic}});
    };
    for (const auto& [key, route] : exact_) add_route(route);
    for (const Route& route : patterns_) add_route(route);
    return json_response({{"routes", std::move(routes)}});
  });
}

Router::Match Router::find(const std::string& method, std::string_view path) const {
  Match match;
  if (const auto found = exact_.find({method, std::string(path)}); found != exact_.end()) {
    match.route = &found->second;
    return match;
  }
  const std::vector<std::string> segments = split(path);
  for (const Route& route : patterns_) {
    match.captures.clear();
    if (route.method != method || !matches(route.segments, segments, match.captures)) continue;
    match.route = &route;
    return match;
  }
  return {};
}

bool Router::is_public(const std::string& method, std::string_view path) const {
  const Match match = find(method, path);
  return match.route != nullptr && match.route->access == Access::kPublic;
}

bool Router::takes_upload(const std::string& method, std::string_view path) const {
  // Only few have such routes; all others are spared the search.
  if (method != "PUT") return false;
  const Match match = find(method, path);
  return match.route != nullptr && match.route->begin_upload != nullptr;
}

Response Router::handle(Request& request) const {
  return in_words(request, [&] {
    Match match = find(request.method, request.path);
    if (match.route == nullptr)
      throw ApiError(404, "ENDPOINT_NOT_FOUND",
                     "No API found for '" + request.method + " " + without_version(request.path) + "'");
    request.captures = std::move(match.captures);
    return match.route->handler(request);
  });
}

std::optional<Response> Router::begin_upload(Request& request, std::unique_ptr<Upload>& upload) const {
  Response response = in_words(request, [&] {
    Match match = find(request.method, request.path);
    request.captures = std::move(match.captures);
    upload = match.route->begin_upload(request);
    return Response{};
  });
  return upload == nullptr ? std::optional(std::move(response)) : std::nullopt;
}

std::optional<Response> Router::write_upload(const Request& request, Upload& upload, std::string_view piece) {
  bool written = false;
  Response response = in_words(request, [&] {
    upload.write(piece);
    written = true;
    return Response{};
  });
  return written ? std::nullopt : std::optional(std::move(response));
}

Response Router::finish_upload(const Request& request, Upload& upload) {
  return in_words(request, [&] { return upload.finish(); });
}

}  // namespace brickwork::local
