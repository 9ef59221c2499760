#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <mutex>

#include "local/fields.h"
#include "local/http_text.h"
#include "local/random_token.h"
#include "local/resources/files.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kWeekMs = 7LL * 24 * kHourMs;
constexpr std::int64_t kMostParts = 10'000;
constexpr std::size_t kMostSessions = 1'000;

ApiError no_session() { return {404, "NOT_FOUND", "The upload session does not exist, or has ended."}; }

// A file that comes in parts, in any order and several at a time. It ends with the server: who resumes gets NOT_FOUND.
struct Session {
  struct Part {
    std::unique_ptr<VolumeFiles::Unfinished> file;
    std::string etag;
    std::int64_t size = 0;
  };
  std::string path;
  bool overwrite = true;
  std::int64_t expire_time = 0;
  std::mutex mutex;
  std::map<std::int64_t, Part> parts;
};

class Sessions {
 public:
  explicit Sessions(std::function<std::int64_t()> now_ms) : now_ms_(std::move(now_ms)) {}

  std::string create(const std::string& path, bool overwrite) {
    auto session = std::make_shared<Session>();
    session->path = path;
    session->overwrite = overwrite;
    session->expire_time = now_ms_() + kWeekMs;
    std::string token = hexadecimal(random_bytes(24));
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second->expire_time <= now_ms_(); });
    if (sessions_.size() >= kMostSessions)
      throw ApiError(429, "RESOURCE_EXHAUSTED", "There are 1000 uploads under way: end or abort one of them.");
    sessions_[token] = std::move(session);
    return token;
  }

  std::shared_ptr<Session> find(const std::string& token) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(token);
    if (found == sessions_.end() || found->second->expire_time <= now_ms_()) throw no_session();
    return found->second;
  }

  void end(const std::string& token) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(token);
  }

 private:
  std::function<std::int64_t()> now_ms_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Session>> sessions_;
};

class PartUpload final : public Upload {
 public:
  PartUpload(const VolumeFiles& files, std::shared_ptr<Session> session, std::int64_t number)
      : session_(std::move(session)), number_(number) {
    part_.file = files.begin();
    part_.etag = "\"" + hexadecimal(random_bytes(16)) + "\"";
  }
  void write(std::string_view piece) override {
    part_.file->write(piece);
    part_.size += static_cast<std::int64_t>(piece.size());
  }
  // A part that is sent again takes the place of the first.
  Response finish() override {
    Response response{.body = ""};
    response.headers.emplace_back("ETag", part_.etag);
    const std::lock_guard lock(session_->mutex);
    session_->parts[number_] = std::move(part_);
    return response;
  }

 private:
  std::shared_ptr<Session> session_;
  std::int64_t number_;
  Session::Part part_;
};

class RefusedUpload final : public Upload {
 public:
  explicit RefusedUpload(Response refusal) : refusal_(std::move(refusal)) {}
  void write(std::string_view) override {}
  Response finish() override { return refusal_; }

 private:
  Response refusal_;
};

// What `initiate`, `part_urls`, ... share.
struct Uploads {
  FileService& service;
  Sessions sessions;
};

std::shared_ptr<Session> session_of(Uploads& uploads, const json::object& arguments, const std::string& path) {
  auto session = uploads.sessions.find(required_text(arguments, "session_token"));
  if (session->path != path) throw no_session();
  return session;
}

json::object signed_url(Uploads& uploads, const std::string& method, const std::string& path) {
  const std::string query = uploads.service.urls.query_for(method, path, uploads.service.now_ms() + kHourMs);
  return {{"url", uploads.service.workspace.url + percent_encode(path) + "?" + query}, {"headers", json::array{}}};
}

Response part_urls(Uploads& uploads, const Request& request) {
  const json::object& arguments = request.arguments();
  session_of(uploads, arguments, VolumeFiles::normal(required_text(arguments, "path")));
  const std::int64_t first = required_integer(arguments, "start_part_number");
  const std::int64_t count = integer_field(arguments, "count").value_or(1);
  if (first < 1 || first > kMostParts || count < 1 || count > kMostParts || first + count - 1 > kMostParts)
    throw invalid_parameter("Parts are numbered from 1 to 10000.");
  json::array urls;
  for (std::int64_t number = first; number < first + count; ++number) {
    json::object url = signed_url(
        uploads, "PUT",
        "/api/2.0/fs/upload-parts/" + required_text(arguments, "session_token") + "/" + std::to_string(number));
    url["part_number"] = number;
    urls.push_back(std::move(url));
  }
  return json_response({{"upload_part_urls", std::move(urls)}});
}

std::unique_ptr<Upload> put_part(Uploads& uploads, const Request& request) {
  if (auto refused = uploads.service.urls.refusal(request, "PUT"))
    return std::make_unique<RefusedUpload>(std::move(*refused));
  return std::make_unique<PartUpload>(uploads.service.files,
                                      uploads.sessions.find(request.captures.at("session_token")),
                                      std::stoll(request.captures.at("part_number")));
}

// The parts that the client names, in the order of their numbers.
Response complete(Uploads& uploads, const Request& request, const std::string& path) {
  const json::object& arguments = request.arguments();
  const auto session = session_of(uploads, arguments, path);
  const json::array* named = array_field(arguments, "parts");
  if (named == nullptr || named->empty()) throw invalid_parameter("Missing required field: parts");
  const std::lock_guard lock(session->mutex);
  std::map<std::int64_t, const Session::Part*> parts;
  for (const json::value& entry : *named) {
    if (!entry.is_object()) throw invalid_parameter("parts must hold objects.");
    const std::int64_t number = required_integer(entry.get_object(), "part_number");
    const auto found = session->parts.find(number);
    if (found == session->parts.end() || found->second.etag != text_field(entry.get_object(), "etag").value_or(""))
      throw invalid_parameter("Part " + std::to_string(number) + " was not uploaded, or has another etag.");
    parts[number] = &found->second;
  }
  const auto whole = uploads.service.files.begin();
  for (const auto& [number, part] : parts) {
    const OpenFile file(open(part->file->name().c_str(), O_RDONLY | O_CLOEXEC));
    whole->append(file, part->size);
  }
  uploads.service.files.publish(*whole, path, session->overwrite);
  uploads.sessions.end(required_text(arguments, "session_token"));
  return {};
}

Response act(Uploads& uploads, const Request& request) {
  const std::string path = path_of(request);
  const std::string action = text_field(request.arguments(), "action").value_or("");
  if (action == "complete-upload") return complete(uploads, request, path);
  if (action != "initiate-upload")
    throw invalid_parameter("action must be initiate-upload or complete-upload, not " + action + ".");
  uploads.service.files.check_writable(path, overwrite_of(request));
  return json_response(
      {{"multipart_upload", {{"session_token", uploads.sessions.create(path, overwrite_of(request))}}}});
}

}  // namespace

void add_multipart_uploads(Router& router, FileService& service) {
  const std::shared_ptr<Uploads> uploads(new Uploads{service, Sessions(service.now_ms)});
  router.add("POST", "/api/2.0/fs/files/{path...}",
             [uploads](const Request& request) { return act(*uploads, request); });
  router.add("POST", "/api/2.0/fs/create-upload-part-urls",
             [uploads](const Request& request) { return part_urls(*uploads, request); });
  router.add("POST", "/api/2.0/fs/create-abort-upload-url", [uploads](const Request& request) {
    const json::object& arguments = request.arguments();
    session_of(*uploads, arguments, VolumeFiles::normal(required_text(arguments, "path")));
    return json_response(
        {{"abort_upload_url",
          signed_url(*uploads, "DELETE", "/api/2.0/fs/upload-parts/" + required_text(arguments, "session_token"))}});
  });
  router.add("POST", "/api/2.0/fs/create-download-url", [uploads](const Request& request) {
    const std::string path = VolumeFiles::normal(required_text(request.arguments(), "path"));
    file_response(uploads->service.files, path, {});
    return json_response(signed_url(*uploads, "GET", "/api/2.0/fs/signed" + path));
  });
  const std::string parts = "/api/2.0/fs/upload-parts/{session_token}";
  router.add_upload(
      "PUT", parts + "/{part_number}", [uploads](const Request& request) { return put_part(*uploads, request); },
      Router::Access::kPublic);
  router.add(
      "DELETE", parts,
      [uploads](const Request& request) {
        if (auto refused = uploads->service.urls.refusal(request, "DELETE")) return std::move(*refused);
        uploads->sessions.end(request.captures.at("session_token"));
        return Response{.status = 204, .body = ""};
      },
      Router::Access::kPublic);
  router.add(
      "GET", "/api/2.0/fs/signed/{path...}",
      [uploads](const Request& request) {
        if (auto refused = uploads->service.urls.refusal(request, "GET")) return std::move(*refused);
        return file_response(uploads->service.files, path_of(request), request);
      },
      Router::Access::kPublic);
}

}  // namespace brickwork::local
