#include "local/resources/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>
#include <chrono>
#include <ctime>

#include "local/fields.h"
#include "local/http_text.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

struct Range {
  std::int64_t from = 0;
  std::int64_t size = 0;
};

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// Nothing for a header that is to be ignored: one that cannot be read, or that asks for several parts (RFC 9110, 14.2).
std::optional<Range> range_of(const std::string& header, std::int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const std::size_t dash = header.find('-');
  if (!header.starts_with(kUnit) || dash == std::string::npos || header.find(',') != std::string::npos)
    return std::nullopt;
  const std::string_view first = std::string_view(header).substr(kUnit.size(), dash - kUnit.size());
  const std::string_view last = std::string_view(header).substr(dash + 1);
  if (first.empty()) {
    const auto wanted = number_of(last);
    if (!wanted) return std::nullopt;
    return Range{size - std::min(*wanted, size), std::min(*wanted, size)};
  }
  const auto from = number_of(first);
  const auto to = last.empty() ? std::optional(size - 1) : number_of(last);
  if (!from || !to || (!last.empty() && *to < *from)) return std::nullopt;
  return Range{*from, std::max<std::int64_t>(0, std::min(*to, size - 1) - *from + 1)};
}

std::string header_of(const Request& request, const char* name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? "" : found->second;
}

void check_unmodified(const Request& request, std::time_t modified) {
  std::tm wanted{};
  const std::string header = header_of(request, "if-unmodified-since");
  if (header.empty() || strptime(header.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &wanted) == nullptr) return;
  if (modified > timegm(&wanted))
    throw ApiError(412, "FAILED_PRECONDITION", "The file was modified after " + header + ".");
}

// A file on its way in.
class FileUpload final : public Upload {
 public:
  FileUpload(const VolumeFiles& files, std::string path, bool overwrite)
      : files_(files), path_(std::move(path)), overwrite_(overwrite) {
    files_.check_writable(path_, overwrite_);
    file_ = files_.begin();
  }
  void write(std::string_view piece) override { file_->write(piece); }
  Response finish() override {
    files_.publish(*file_, path_, overwrite_);
    return {.status = 204, .body = ""};
  }

 private:
  const VolumeFiles& files_;
  std::string path_;
  bool overwrite_;
  std::unique_ptr<VolumeFiles::Unfinished> file_;
};

Response remove(const VolumeFiles& files, const Request& request) {
  const std::string path = path_of(request);
  const fs::path place = files.place_of(path);
  if (!fs::exists(place) || fs::is_directory(place)) throw no_such_file(path);
  fs::remove(place);
  return {.status = 204, .body = ""};
}

}  // namespace

std::string path_of(const Request& request) { return VolumeFiles::normal(request.captures.at("path")); }

bool overwrite_of(const Request& request) { return flag_field(request.arguments(), "overwrite").value_or(true); }

Response file_response(const VolumeFiles& files, const std::string& path, const Request& request) {
  const auto file = std::make_shared<OpenFile>(open(files.place_of(path).c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file->descriptor() < 0 || fstat(file->descriptor(), &status) != 0 || !S_ISREG(status.st_mode))
    throw no_such_file(path);
  check_unmodified(request, status.st_mtime);
  Response response{.content_type = "application/octet-stream"};
  response.headers = {{"Last-Modified", http_date(std::chrono::system_clock::from_time_t(status.st_mtime))},
                      {"Accept-Ranges", "bytes"}};
  response.file = FileBody{file, 0, status.st_size};
  const auto range = range_of(header_of(request, "range"), status.st_size);
  if (!range) return response;
  const std::string whole = "/" + std::to_string(status.st_size);
  if (range->size == 0) {
    Response refused = error_response(416, "INVALID_PARAMETER_VALUE", "The range lies behind the end of the file.",
                                      request.request_id);
    refused.headers.emplace_back("Content-Range", "bytes *" + whole);
    return refused;
  }
  response.status = 206;
  response.file = FileBody{file, range->from, range->size};
  response.headers.emplace_back("Content-Range", "bytes " + std::to_string(range->from) + "-" +
                                                     std::to_string(range->from + range->size - 1) + whole);
  return response;
}

void add_files(Router& router, FileService& service) {
  const std::string files = "/api/2.0/fs/files/{path...}";
  router.add_upload("PUT", files, [&service](const Request& request) {
    return std::make_unique<FileUpload>(service.files, path_of(request), overwrite_of(request));
  });
  for (const char* method : {"GET", "HEAD"})
    router.add(method, files,
               [&service](const Request& request) { return file_response(service.files, path_of(request), request); });
  router.add("DELETE", files, [&service](const Request& request) { return remove(service.files, request); });
}

}  // namespace brickwork::local
