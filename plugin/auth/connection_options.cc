#include "auth/connection_options.h"

#include <algorithm>
#include <string>

namespace brickwork {
namespace {

namespace json = boost::json;

// Reads the members of one object and remembers the first that is wrong.
class Reader {
 public:
  Reader(const json::object& parent, const char* name, std::string path) : path_(std::move(path)) {
    const json::value* value = parent.if_contains(name);
    if (!value || value->is_null()) return;
    members_ = value->if_object();
    if (!members_) status_ = failure(Code::kInvalidArgument, std::string(name) + " must be an object", path_);
  }
  explicit Reader(const json::object& members) : members_(&members) {}

  void text(const char* name, std::string& to) {
    if (const json::value* value = member(name)) {
      value->is_string() ? static_cast<void>(to = value->get_string().c_str()) : wrong(name, "a string");
    }
  }
  void flag(const char* name, bool& to) {
    if (const json::value* value = member(name)) {
      value->is_bool() ? static_cast<void>(to = value->get_bool()) : wrong(name, "true or false");
    }
  }
  // true, false, or a text, which means true.
  void flag_or_text(const char* name, bool& to, std::string& text) {
    const json::value* value = member(name);
    if (value == nullptr) return;
    if (value->is_bool()) {
      to = value->get_bool();
    } else if (value->is_string() && !value->get_string().empty()) {
      to = true;
      text = value->get_string().c_str();
    } else {
      wrong(name, "true, false, or the path of a directory");
    }
  }
  void number(const char* name, double& to) {
    if (const json::value* value = member(name)) {
      boost::system::error_code error;
      const double read = value->is_number() ? value->to_number<double>(error) : -1;
      read >= 0 && !error ? static_cast<void>(to = read) : wrong(name, "a number that is not negative");
    }
  }
  void whole(const char* name, std::int64_t least, std::int64_t most, std::int64_t& to) {
    if (const json::value* value = member(name)) {
      boost::system::error_code error;
      const std::int64_t read = value->is_number() ? value->to_number<std::int64_t>(error) : least - 1;
      if (!error && read >= least && read <= most) {
        to = read;
      } else {
        wrong(name, ("a whole number from " + std::to_string(least) + " to " + std::to_string(most)).c_str());
      }
    }
  }
  void duration(const char* name, milliseconds& to) {
    std::int64_t value = to.count();
    whole(name, 1, milliseconds(std::chrono::hours(24)).count(), value);
    to = milliseconds(value);
  }

  const Status& status() const { return status_; }

 private:
  const json::value* member(const char* name) const {
    const json::value* value = members_ && status_.ok() ? members_->if_contains(name) : nullptr;
    return value && !value->is_null() ? value : nullptr;
  }
  void wrong(const char* name, const char* expected) {
    status_ = failure(Code::kInvalidArgument, std::string(name) + " must be " + expected, path_ + "/" + name);
  }

  const json::object* members_ = nullptr;
  std::string path_;
  Status status_;
};

struct SharedRate {
  bool wanted = false;
  std::string directory;
};

// Clients of one workspace that count by another rate count apart.
Status share_rate(const SharedRate& shared, RestClient::Options& options) {
  if (!shared.wanted) return Status();
  const std::string workspace =
      options.host + " " + options.workspace_id + " " + std::to_string(options.requests_per_second);
  Result<std::shared_ptr<SharedLevels>> levels = SharedLevels::open(shared.directory, workspace);
  if (!levels.ok()) return levels.status();
  options.shared = std::move(levels.value());
  return Status();
}

// An address goes for https:// and http:// alike, and an empty one for no proxy at all.
Status read_proxy(Reader& proxy, Proxies& proxies) {
  constexpr char kUnset[] = "\n";
  std::string url = kUnset;
  proxy.text("url", url);
  proxy.text("none_for", proxies.none_for);
  if (url == kUnset) return Status();
  if (url.find('@') != std::string::npos) {
    return failure(Code::kInvalidArgument,
                   "the password of a proxy is a secret and does not belong into a document: HTTPS_PROXY may hold it",
                   "/proxy/url");
  }
  const std::string scheme = url.substr(0, std::min(url.size(), url.find("://")));
  if (!url.empty() && scheme != "http" && scheme != "https") {
    return failure(Code::kInvalidArgument, "url must be an address such as http://proxy.example:3128", "/proxy/url");
  }
  proxies.https = proxies.http = url;
  return Status();
}

}  // namespace

Status read_connection_options(const json::object& connection, RestClient::Options& options) {
  Reader top(connection);
  top.text("user_agent", options.user_agent);

  Reader timeouts(connection, "timeouts", "/timeouts");
  timeouts.duration("connect_ms", options.connect_timeout);

  Reader rate(connection, "rate", "/rate");
  rate.number("requests_per_second", options.requests_per_second);
  SharedRate shared;
  rate.flag_or_text("shared", shared.wanted, shared.directory);

  Reader tls(connection, "tls", "/tls");
  tls.text("ca_file", options.tls.ca_file);
  tls.flag("verify", options.tls.verify);
  tls.text("client_certificate_file", options.tls.client_certificate_file);
  tls.text("client_key_file", options.tls.client_key_file);

  Reader proxy(connection, "proxy", "/proxy");
  if (Status status = read_proxy(proxy, options.proxies); !status.ok()) return status;

  Reader retry(connection, "retry", "/retry");
  std::int64_t max_attempts = options.retry.max_attempts;
  retry.whole("max_attempts", 1, 100, max_attempts);
  options.retry.max_attempts = static_cast<int>(max_attempts);
  retry.duration("first_delay_ms", options.retry.first_delay);
  retry.duration("max_delay_ms", options.retry.max_delay);

  for (const Reader* reader : {&top, &timeouts, &rate, &tls, &proxy, &retry})
    if (!reader->status().ok()) return reader->status();
  return share_rate(shared, options);
}

}  // namespace brickwork
