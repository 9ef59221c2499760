#include <sys/stat.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <vector>

#include "local/base64.h"
#include "local/fields.h"
#include "local/resources/files.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::int64_t kPage = 1000;

fs::path existing_directory(const VolumeFiles& files, const std::string& path) {
  fs::path place = files.place_of(path);
  if (!fs::is_directory(place)) throw no_such_file(path);
  return place;
}

Response create(const VolumeFiles& files, const Request& request) {
  const std::string path = path_of(request);
  files.check_volume(path);
  const fs::path place = files.place_of(path);
  if (fs::exists(place) && !fs::is_directory(place))
    throw ApiError(409, "ALREADY_EXISTS", "A file exists at " + path + ".");
  fs::create_directories(place);
  return {.status = 204, .body = ""};
}

Response remove(const VolumeFiles& files, const Request& request) {
  const std::string path = path_of(request);
  const fs::path place = existing_directory(files, path);
  if (!fs::is_empty(place))
    throw ApiError(400, "DIRECTORY_NOT_EMPTY", "The directory being deleted is not empty: " + path + ".");
  fs::remove(place);
  return {.status = 204, .body = ""};
}

// A page begins behind the last name of the one before: what comes or goes meanwhile neither repeats nor hides another.
std::string last_name(const json::object& arguments) {
  const std::string token = text_field(arguments, "page_token").value_or("");
  const auto name = base64_decode(token);
  if (!name) throw invalid_parameter("Invalid page token.");
  return *name;
}

// A file that goes while it is looked at is left out.
json::object entry_of(const std::string& path, const fs::path& place) {
  struct stat status {};
  const std::string name = place.filename().string();
  if (stat(place.c_str(), &status) != 0) return {};
  json::object entry{
      {"path", path + "/" + name}, {"name", name}, {"is_directory", S_ISDIR(status.st_mode) ? true : false}};
  if (S_ISDIR(status.st_mode)) return entry;
  entry["file_size"] = static_cast<std::int64_t>(status.st_size);
  entry["last_modified"] = static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1'000'000;
  return entry;
}

Response list(const VolumeFiles& files, const Request& request) {
  const json::object& arguments = request.arguments();
  const std::string path = path_of(request);
  const fs::path place = existing_directory(files, path);
  const std::int64_t asked = integer_field(arguments, "page_size").value_or(0);
  if (asked < 0) throw invalid_parameter("page_size must not be negative.");
  const std::int64_t size = asked == 0 ? kPage : std::min(asked, kPage);
  const std::string after = last_name(arguments);
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(place))
    if (std::string name = entry.path().filename().string(); name > after) names.push_back(std::move(name));
  std::sort(names.begin(), names.end());
  json::object body;
  if (static_cast<std::int64_t>(names.size()) > size) {
    names.resize(static_cast<std::size_t>(size));
    body["next_page_token"] = base64_encode(names.back());
  }
  json::array contents;
  for (const std::string& name : names)
    if (json::object entry = entry_of(path, place / name); !entry.empty()) contents.push_back(std::move(entry));
  if (!contents.empty()) body["contents"] = std::move(contents);
  return json_response(body);
}

}  // namespace

void add_directories(Router& router, FileService& service) {
  const std::string route = "/api/2.0/fs/directories/{path...}";
  const VolumeFiles& files = service.files;
  router.add("PUT", route, [&files](const Request& request) { return create(files, request); });
  router.add("GET", route, [&files](const Request& request) { return list(files, request); });
  router.add("DELETE", route, [&files](const Request& request) { return remove(files, request); });
  router.add("HEAD", route, [&files](const Request& request) {
    existing_directory(files, path_of(request));
    return Response{.body = ""};
  });
}

}  // namespace brickwork::local
