#include "runs/output/log_read.h"

#include <openssl/evp.h>

namespace brickwork::runs {
namespace {

Result<std::string> from_base64(std::string_view encoded) {
  while (encoded.ends_with('\n')) encoded.remove_suffix(1);
  std::string bytes(encoded.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
  if (size < 0) return failure(Code::kInternal, "dbfs/read answered what is no base64");
  std::size_t padding = 0;
  while (padding < 2 && padding < encoded.size() && encoded[encoded.size() - 1 - padding] == '=') ++padding;
  bytes.resize(static_cast<std::size_t>(size) - std::min(padding, static_cast<std::size_t>(size)));
  return bytes;
}

// Not there yet, or nothing behind this offset.
bool is_nothing(const Status& status) {
  return status.code() == Code::kNotFound || status->http_status == 404 || status->http_status == 416 ||
         status->error_code == "RESOURCE_DOES_NOT_EXIST";
}

RestRequest volume_request(std::string_view service, std::string_view path) {
  RestRequest request;
  request.path = "/api/2.0/fs/" + std::string(service);
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);  // its slash
    const std::string_view segment = rest.substr(0, rest.find('/'));
    request.path += "/" + percent_encode(segment);
    rest.remove_prefix(segment.size());
  }
  request.max_attempts = 1;  // the next turn is its retry
  return request;
}

Task<Result<std::string>> read_volume(Context& context, RestClient& client, std::string path, std::int64_t offset) {
  RestRequest request = volume_request("files", path);
  request.range = "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + kLogPiece - 1);
  request.wants_bytes = true;
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  Result<RestResponse> response = co_await sending;
  if (!response.ok() && is_nothing(response.status())) co_return std::string();
  if (!response.ok()) co_return response.status();
  std::string bytes = std::move(response.value().bytes);
  if (response.value().http_status == 206) co_return bytes;
  // A server that does not know ranges gives the whole.
  if (static_cast<std::int64_t>(bytes.size()) <= offset) co_return std::string();
  co_return bytes.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(kLogPiece));
}

Task<Result<std::string>> read_dbfs(Context& context, RestClient& client, std::string path, std::int64_t offset) {
  RestRequest request;
  request.path = "/api/2.0/dbfs/read";
  request.query = {
      {"path", std::move(path)}, {"offset", std::to_string(offset)}, {"length", std::to_string(kLogPiece)}};
  request.max_attempts = 1;
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  const Result<RestResponse> response = co_await sending;
  if (!response.ok() && is_nothing(response.status())) co_return std::string();
  if (!response.ok()) co_return response.status();
  if (!response.value().body.is_object()) co_return std::string();
  co_return from_base64(text(response.value().body.get_object(), "data"));
}

std::string_view last_name(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

Task<Result<std::string>> read_piece(Context& context, RestClient& client, LogPlace::Kind kind, std::string path,
                                     std::int64_t offset) {
  if (kind == LogPlace::Kind::kVolume) return read_volume(context, client, std::move(path), offset);
  return read_dbfs(context, client, std::move(path), offset);
}

Task<Result<std::vector<std::string>>> file_names(Context& context, RestClient& client, LogPlace::Kind kind,
                                                  std::string directory) {
  RestRequest request;
  if (kind == LogPlace::Kind::kVolume) {
    request = volume_request("directories", directory);
  } else {
    request.path = "/api/2.0/dbfs/list";
    request.query = {{"path", std::move(directory)}};
    request.max_attempts = 1;
  }
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  const Result<RestResponse> response = co_await sending;
  std::vector<std::string> names;
  if (!response.ok() && is_nothing(response.status())) co_return names;
  if (!response.ok()) co_return response.status();
  if (!response.value().body.is_object()) co_return names;
  const Object& body = response.value().body.get_object();
  for (const json::value& item : array_in(body, kind == LogPlace::Kind::kVolume ? "contents" : "files"))
    if (item.is_object()) names.emplace_back(last_name(text(item.get_object(), "path")));
  co_return names;
}

}  // namespace brickwork::runs
