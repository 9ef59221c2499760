#include "auth/token_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "auth/small_file.h"
#include "auth/timestamp.h"
#include "auth/wipe.h"
#include "auth/workspace_host.h"
#include "engine/sha256.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

// Python's json.dumps, of which the digest is the name of the file.
std::string python_json(const std::string& text) { return json::serialize(json::value(text)); }

const json::object* object_at(const json::object& members, std::string_view name) {
  const json::value* value = members.if_contains(name);
  return value ? value->if_object() : nullptr;
}

Status not_written(const std::string& path) {
  return failure(Code::kFailedPrecondition, "the login could not be kept in " + path + ": " + std::strerror(errno));
}

// A new file beside it takes its place, so that no other program ever reads half of one.
Status replace_file(const std::string& path, const std::string& text) {
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (std::filesystem::create_directories(folder, error)) chmod(folder.c_str(), 0700);
  std::string beside = path + ".XXXXXX";
  const int file = mkostemp(beside.data(), O_CLOEXEC);  // 0600
  if (file < 0) return not_written(path);
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(file, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += static_cast<std::size_t>(written);
  }
  const bool whole = done == text.size() && fsync(file) == 0;
  if (close(file) == 0 && whole && rename(beside.c_str(), path.c_str()) == 0) return Status();
  Status status = not_written(path);
  unlink(beside.c_str());
  return status;
}

}  // namespace

CachedToken::~CachedToken() {
  wipe(access_token);
  wipe(refresh_token);
}

TokenCache TokenCache::of_python_sdk(const std::string& home, const std::string& host, const std::string& client_id,
                                     const std::vector<std::string>& scopes, const std::string& profile) {
  std::string list;
  for (const std::string& scope : scopes) list += (list.empty() ? "" : ", ") + python_json(scope);
  const std::string key = "{\"client_id\": " + python_json(client_id) + ", \"host\": " + python_json(host) +
                          ", \"profile\": " + python_json(profile) + ", \"scopes\": [" + list + "]}";
  return {home + "/.config/databricks-sdk-py/oauth/" + sha256_hex(key) + ".json", {}};
}

TokenCache TokenCache::of_cli(const Login& login) {
  std::vector<std::string> keys;
  if (login.has("profile")) keys.push_back(login.value("profile"));
  const std::string account = login.value("account_id");
  keys.push_back(is_account_host(login.host) && !account.empty() ? login.host + "/oidc/accounts/" + account
                                                                 : login.host);
  return {login.environment.home + "/.databricks/token-cache.json", std::move(keys)};
}

Result<json::object> TokenCache::read() const {
  struct stat found {};
  if (stat(path_.c_str(), &found) != 0) return json::object();
  Result<std::string> text = read_small_file(path_, path_);
  if (!text.ok()) return failure(Code::kFailedPrecondition, path_ + ", where logins are kept, cannot be read");
  boost::system::error_code error;
  json::value value = json::parse(text.value(), error);
  wipe(text.value());
  if (error || !value.is_object()) {
    return failure(Code::kFailedPrecondition,
                   path_ + ", where logins are kept, is not JSON any more; remove it and log in again");
  }
  return std::move(value.get_object());
}

Result<std::optional<CachedToken>> TokenCache::load() const {
  Result<json::object> file = read();
  if (!file.ok()) return file.status();
  const json::object* entry = nullptr;
  if (keys_.empty()) {
    entry = object_at(file.value(), "token");
  } else if (const json::object* tokens = object_at(file.value(), "tokens")) {
    for (const std::string& key : keys_)
      if (entry == nullptr) entry = object_at(*tokens, key);
  }
  std::optional<CachedToken> token;
  if (entry != nullptr) {
    token.emplace();
    token->access_token = text_at(*entry, "access_token");
    token->refresh_token = text_at(*entry, "refresh_token");
    if (std::string type = text_at(*entry, "token_type"); !type.empty()) token->token_type = std::move(type);
    token->expires_at_ms = read_timestamp(text_at(*entry, "expiry")).value_or(0);
  }
  wipe(file.value());
  return token;
}

Status TokenCache::save(const CachedToken& token) const {
  json::object entry{{"access_token", token.access_token}, {"token_type", token.token_type}};
  if (!token.refresh_token.empty()) entry["refresh_token"] = token.refresh_token;
  if (token.expires_at_ms != 0) entry["expiry"] = timestamp(token.expires_at_ms);
  json::object file;
  if (keys_.empty()) {
    file["token"] = std::move(entry);
  } else {
    Result<json::object> before = read();
    if (!before.ok()) return before.status();
    file = std::move(before.value());
    file["version"] = 1;
    if (object_at(file, "tokens") == nullptr) file["tokens"] = json::object();
    // The CLI itself keeps a login under its profile and under its host.
    for (const std::string& key : keys_) file["tokens"].get_object()[key] = entry;
    wipe(entry);
  }
  std::string text = json::serialize(file);
  wipe(file);
  Status status = replace_file(path_, text);
  wipe(text);
  return status;
}

}  // namespace brickwork
