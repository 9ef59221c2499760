#include <sys/stat.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/fields.h"
#include "local/resources/execution_resources.h"
#include "local/resources/multipart.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kBlockLimit = 1'048'576;
constexpr std::int64_t kReadLimit = 1'048'576;
constexpr std::int64_t kReadDefault = 524'288;
constexpr auto kHandleIdle = std::chrono::minutes(10);

// What the file system below would refuse in words of its own.
void check_length(const std::string& path, const std::string& given) {
  const auto too_long = [](const fs::path& part) { return part.string().size() > 255; };
  const fs::path parts(path);
  if (path.size() > 3000 || path.find('\0') != std::string::npos || std::any_of(parts.begin(), parts.end(), too_long))
    throw invalid_parameter("Path is not valid or too long: " + given.substr(0, 300));
}

// DBFS below <state>/dbfs and, under /Volumes, <state>/volumes. Paths come as "dbfs:/x" or "/x".
class Dbfs {
 public:
  explicit Dbfs(const fs::path& state_dir) : root_(state_dir / "dbfs"), volumes_(state_dir / "volumes") {
    fs::create_directories(root_);
    fs::create_directories(volumes_);
  }

  static std::string normal(const std::string& given) {
    std::string path = given.starts_with("dbfs:") ? given.substr(5) : given;
    if (!path.starts_with('/')) throw invalid_parameter("Path must be absolute: " + given);
    const std::string clean = fs::path(path).lexically_normal().string();
    check_length(clean, given);
    return clean.size() > 1 && clean.back() == '/' ? clean.substr(0, clean.size() - 1) : clean;
  }

  fs::path file_of(const std::string& path) const {
    if (path == "/Volumes" || path.starts_with("/Volumes/"))
      return volumes_ / fs::path(path).relative_path().lexically_relative("Volumes");
    return root_ / fs::path(path).relative_path();
  }

  fs::path existing(const std::string& path) const {
    fs::path file = file_of(path);
    if (!fs::exists(file)) throw does_not_exist("No file or directory exists on path " + path + ".");
    return file;
  }

  // The file that a put or a create writes to.
  fs::path writable(const std::string& path, bool overwrite) const {
    fs::path file = file_of(path);
    if (fs::is_directory(file) || (fs::exists(file) && !overwrite))
      throw already_exists("A file or directory already exists at the input path dbfs:" + path + ".");
    fs::create_directories(file.parent_path());
    return file;
  }

 private:
  fs::path root_;
  fs::path volumes_;
};

// Uploads under way. A handle dies with the server, after ten minutes of silence, or when it is closed.
class Uploads {
 public:
  std::int64_t open(const fs::path& file) {
    const std::lock_guard lock(mutex_);
    forget_idle();
    const std::int64_t handle = new_id();
    Upload& upload = uploads_[handle];
    upload.file.open(file, std::ios::binary | std::ios::trunc);
    if (!upload.file) throw ApiError(500, "IO_ERROR", "Cannot write to the input path");
    upload.used = Clock::now();
    return handle;
  }

  void add(std::int64_t handle, const std::string& data) {
    const std::lock_guard lock(mutex_);
    Upload& upload = find(handle);
    upload.file.write(data.data(), static_cast<std::streamsize>(data.size()));
    upload.used = Clock::now();
    if (!upload.file.flush()) throw ApiError(500, "IO_ERROR", "Cannot write the block");
  }

  void close(std::int64_t handle) {
    const std::lock_guard lock(mutex_);
    find(handle);
    uploads_.erase(handle);
  }

 private:
  using Clock = std::chrono::steady_clock;
  struct Upload {
    std::ofstream file;
    Clock::time_point used;
  };

  void forget_idle() {
    std::erase_if(uploads_, [](const auto& entry) { return Clock::now() - entry.second.used > kHandleIdle; });
  }
  Upload& find(std::int64_t handle) {
    forget_idle();
    const auto found = uploads_.find(handle);
    if (found == uploads_.end()) throw does_not_exist("No stream with handle " + std::to_string(handle) + " exists");
    return found->second;
  }

  std::mutex mutex_;
  std::map<std::int64_t, Upload> uploads_;
};

json::object described(const std::string& path, const fs::path& file) {
  struct stat status {};
  stat(file.c_str(), &status);
  const bool directory = S_ISDIR(status.st_mode);
  return {{"path", path},
          {"is_dir", directory},
          {"file_size", directory ? std::int64_t{0} : static_cast<std::int64_t>(status.st_size)},
          {"modification_time", status.st_mtim.tv_sec * std::int64_t{1000} + status.st_mtim.tv_nsec / 1'000'000}};
}

std::string block(const std::string& base64) {
  auto data = base64_decode(base64);
  if (!data) throw invalid_parameter("The data is not valid base64");
  if (data->size() > kBlockLimit)
    throw ApiError(400, "MAX_BLOCK_SIZE_EXCEEDED", "The block exceeds the limit of 1048576 bytes");
  return std::move(*data);
}

void write_file(const fs::path& file, const std::string& content) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw ApiError(500, "IO_ERROR", "Cannot write " + file.filename().string());
}

Response put_file(const Dbfs& dbfs, const Request& request) {
  if (is_form(request)) {
    std::string path;
    std::string contents;
    bool overwrite = false;
    for (FormPart& part : form_parts(request)) {
      if (part.name == "path") path = part.content;
      if (part.name == "overwrite") overwrite = part.content == "true" || part.content == "True";
      // The legacy databricks-cli calls it "file".
      if (part.name == "contents" || !part.file_name.empty()) contents = std::move(part.content);
    }
    write_file(dbfs.writable(Dbfs::normal(path), overwrite), contents);
    return {};
  }
  const json::object& arguments = request.arguments();
  const std::string contents = block(text_field(arguments, "contents").value_or(""));
  write_file(
      dbfs.writable(Dbfs::normal(required_text(arguments, "path")), flag_field(arguments, "overwrite").value_or(false)),
      contents);
  return {};
}

Response read_file(const Dbfs& dbfs, const json::object& arguments) {
  const std::string path = Dbfs::normal(required_text(arguments, "path"));
  const fs::path file = dbfs.existing(path);
  if (fs::is_directory(file)) throw invalid_parameter("The path dbfs:" + path + " is a directory");
  const std::int64_t offset = integer_field(arguments, "offset").value_or(0);
  const std::int64_t length = integer_field(arguments, "length").value_or(kReadDefault);
  if (offset < 0 || length < 0) throw invalid_parameter("offset and length cannot be negative");
  if (length > kReadLimit) throw ApiError(400, "MAX_READ_SIZE_EXCEEDED", "The read exceeds the limit of 1048576 bytes");
  std::ifstream in(file, std::ios::binary);
  in.seekg(offset);
  std::string data(static_cast<std::size_t>(length), '\0');
  in.read(data.data(), length);
  data.resize(in ? data.size() : static_cast<std::size_t>(in.gcount()));
  return json_response({{"bytes_read", data.size()}, {"data", base64_encode(data)}});
}

Response list_directory(const Dbfs& dbfs, const json::object& arguments) {
  const std::string path = Dbfs::normal(required_text(arguments, "path"));
  const fs::path directory = dbfs.existing(path);
  json::array files;
  if (!fs::is_directory(directory)) {
    files.push_back(described(path, directory));
  } else {
    std::map<std::string, fs::path> sorted;
    for (const auto& entry : fs::directory_iterator(directory)) sorted[entry.path().filename()] = entry.path();
    for (const auto& [name, file] : sorted) files.push_back(described((path == "/" ? "" : path) + "/" + name, file));
  }
  if (files.empty()) return {};
  return json_response({{"files", std::move(files)}});
}

Response delete_path(const Dbfs& dbfs, const json::object& arguments) {
  const std::string path = Dbfs::normal(required_text(arguments, "path"));
  if (path == "/") throw invalid_parameter("The root directory cannot be deleted");
  const fs::path file = dbfs.file_of(path);
  if (fs::is_directory(file) && !fs::is_empty(file) && !flag_field(arguments, "recursive").value_or(false))
    throw ApiError(400, "IO_ERROR", "The directory dbfs:" + path + " is not empty: set recursive to true");
  fs::remove_all(file);  // deleting what is not there is no error
  return {};
}

Response move_path(const Dbfs& dbfs, const json::object& arguments) {
  const std::string from = Dbfs::normal(required_text(arguments, "source_path"));
  const std::string to = Dbfs::normal(required_text(arguments, "destination_path"));
  const fs::path source = dbfs.existing(from);
  const fs::path target = dbfs.file_of(to);
  if (fs::exists(target)) throw already_exists("A file or directory already exists at the destination path dbfs:" + to);
  fs::create_directories(target.parent_path());
  fs::rename(source, target);
  return {};
}

Response make_directories(const Dbfs& dbfs, const json::object& arguments) {
  const std::string path = Dbfs::normal(required_text(arguments, "path"));
  const fs::path directory = dbfs.file_of(path);
  for (fs::path part = directory; part.has_relative_path() && part != part.root_path(); part = part.parent_path())
    if (fs::exists(part) && !fs::is_directory(part)) throw already_exists("A file exists on the path dbfs:" + path);
  fs::create_directories(directory);
  return {};
}

Response create_upload(const Dbfs& dbfs, Uploads& uploads, const json::object& arguments) {
  const fs::path file =
      dbfs.writable(Dbfs::normal(required_text(arguments, "path")), flag_field(arguments, "overwrite").value_or(false));
  return json_response({{"handle", uploads.open(file)}});
}

}  // namespace

void add_dbfs(Router& router, Workspace& workspace) {
  const auto dbfs = std::make_shared<Dbfs>(workspace.state_dir);
  const auto uploads = std::make_shared<Uploads>();
  const std::string base = "/api/2.0/dbfs/";
  const auto add = [&](const char* method, const char* name, Response (*handler)(const Dbfs&, const json::object&)) {
    router.add(method, base + name,
               [dbfs, handler](const Request& request) { return handler(*dbfs, request.arguments()); });
  };
  add("GET", "read", read_file);
  add("GET", "list", list_directory);
  add("POST", "delete", delete_path);
  add("POST", "move", move_path);
  add("POST", "mkdirs", make_directories);
  router.add("POST", base + "put", [dbfs](const Request& request) { return put_file(*dbfs, request); });
  router.add("GET", base + "get-status", [dbfs](const Request& request) {
    const std::string path = Dbfs::normal(required_text(request.arguments(), "path"));
    return json_response(described(path, dbfs->existing(path)));
  });
  router.add("POST", base + "create",
             [dbfs, uploads](const Request& request) { return create_upload(*dbfs, *uploads, request.arguments()); });
  router.add("POST", base + "add-block", [uploads](const Request& request) {
    const json::object& arguments = request.arguments();
    uploads->add(required_integer(arguments, "handle"), block(required_text(arguments, "data")));
    return Response{};
  });
  router.add("POST", base + "close", [uploads](const Request& request) {
    uploads->close(required_integer(request.arguments(), "handle"));
    return Response{};
  });
}

}  // namespace brickwork::local
