#include "auth/resolve.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <set>

#include "auth/connection_options.h"
#include "auth/pat.h"
#include "auth/profile_file.h"
#include "auth/settings.h"
#include "auth/workspace_host.h"
#include "rest/user_agent.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr char kReserved[] = "__settings__";

// The only login of Databricks' SDKs that is not in the table of logins: that of a notebook, which is inside already.
constexpr std::string_view kOfNotebooks = "runtime";

Status read_connection(const json::object& connection, Settings& settings) {
  for (const Attribute& attribute : attributes()) {
    const json::value* value = connection.if_contains(attribute.name);
    if (!value || value->is_null()) continue;
    const std::string name(attribute.name);
    if (attribute.secret) {
      return failure(Code::kInvalidArgument,
                     name + " is a secret and does not belong into a document: hand it over by client_set_secret",
                     "/" + name);
    }
    if (value->is_string()) {
      if (!value->get_string().empty()) settings[name] = {std::string(value->get_string()), kFromConnection};
    } else if (value->is_int64() || value->is_uint64() || value->is_bool()) {
      settings[name] = {json::serialize(*value), kFromConnection};
    } else {
      return failure(Code::kInvalidArgument, name + " must be a string", "/" + name);
    }
  }
  return Status();
}

void read_environment(const Environment& environment, Settings& settings) {
  for (const Attribute& attribute : attributes()) {
    if (attribute.variable.empty() || settings.contains(attribute.name)) continue;
    const std::string variable(attribute.variable);
    const std::optional<std::string> value = environment.variable(variable);
    if (!value || value->empty()) continue;
    settings[std::string(attribute.name)] = {*value, "environment variable " + variable};
  }
}

std::set<std::string> families_of(const Settings& settings) {
  std::set<std::string> families;
  for (const Attribute& attribute : attributes())
    if (!attribute.family.empty() && settings.contains(attribute.name)) families.emplace(attribute.family);
  return families;
}

std::string file_path(const Settings& settings, const Environment& environment) {
  std::string path = value_of(settings, "config_file");
  if (path.empty()) path = "~/.databrickscfg";
  if (path == "~" || path.substr(0, 2) == "~/") path = environment.home + path.substr(1);
  return path;
}

// Which profile, and whether somebody asked for it.
struct Choice {
  std::string profile;
  bool asked_for = false;
};

Choice choose_profile(const Settings& settings, const Profiles& profiles) {
  if (std::string named = value_of(settings, "profile"); !named.empty()) return {std::move(named), true};
  if (const auto section = profiles.find(kReserved); section != profiles.end()) {
    const auto chosen = section->second.find("default_profile");
    if (chosen != section->second.end() && !chosen->second.empty()) return {chosen->second, true};
  }
  return {"DEFAULT", false};
}

// The file is left alone when a host or a login is set already and nobody named a profile.
Status read_profile(const Environment& environment, bool automatic, Settings& settings) {
  const bool named = settings.contains("profile");
  if (!named && (!automatic || settings.contains("host") || !families_of(settings).empty())) return Status();

  const std::string path = file_path(settings, environment);
  Result<Profiles> profiles = read_profiles(path);
  if (profiles.status().code() == Code::kNotFound) {
    // Not an error by itself, as in the SDKs: a container may set the variable and bring no file. Should something be
    // missing in the end, its message says so.
    if (named) settings["profile"].source += ", but there is no file " + path;
    return Status();
  }
  if (!profiles.ok()) return profiles.status();

  const Choice choice = choose_profile(settings, profiles.value());
  if (choice.profile == kReserved) {
    return failure(Code::kInvalidArgument, std::string(kReserved) + " is a reserved section and not a profile",
                   "/profile");
  }
  const auto found = profiles.value().find(choice.profile);
  if (found == profiles.value().end()) {
    if (!choice.asked_for) return Status();
    std::string known;
    for (const auto& [name, values] : profiles.value())
      if (name != kReserved) known += (known.empty() ? "" : ", ") + name;
    return failure(Code::kInvalidArgument,
                   path + " has no profile " + choice.profile + "; it has: " + (known.empty() ? "none" : known),
                   "/profile");
  }
  const std::string source = "profile " + choice.profile + " of " + path;
  for (const Attribute& attribute : attributes()) {
    const auto value = found->second.find(std::string(attribute.name));
    if (value == found->second.end() || value->second.empty() || settings.contains(attribute.name)) continue;
    settings[value->first] = {value->second, source};
  }
  if (choice.asked_for && !named) settings["profile"] = {choice.profile, path};
  return Status();
}

std::string login_of(const std::string& family, const Settings& settings) {
  if (family == "oauth") return "oauth-m2m";
  if (family == "azure") {
    if (settings.contains("azure_client_secret")) return "azure-client-secret";
    return settings.contains("azure_use_msi") ? "azure-msi" : "azure-cli";
  }
  if (family == "google") return settings.contains("google_credentials") ? "google-credentials" : "google-id";
  return family;
}

Status unknown_login(const std::string& named, const Settings& settings) {
  if (named != kOfNotebooks) {
    return failure(Code::kInvalidArgument, "auth_type " + named + " is not one that Databricks has", "/auth_type");
  }
  std::string known;
  for (const LoginKind& kind : login_kinds()) known.append(known.empty() ? "" : ", ").append(kind.auth_type);
  return failure(Code::kUnimplemented, "the login " + named + " is not supported by this version, which has " + known +
                                           ". Set: " + list_of(settings));
}

// What the settings are meant for when they are not enough for any kind, so that the error says what is missing; also
// for a connection that names a client and whose host hands its secret over.
const LoginKind* incomplete_login(Login& login, const std::string& family) {
  for (const Attribute& attribute : attributes()) {
    const auto found = login.settings.find(attribute.name);
    if (!attribute.family.empty() && found != login.settings.end() && found->second.source == kFromConnection) {
      login.named = true;
    }
  }
  return find_login_kind(login_of(family, login.settings));
}

Result<const LoginKind*> choose_login(Login& login) {
  if (const std::string named = login.value("auth_type"); !named.empty()) {
    login.named = true;
    const LoginKind* kind = find_login_kind(named == "oauth-u2m" ? "external-browser" : named);
    if (kind == nullptr) return unknown_login(named, login.settings);
    return kind;
  }
  const std::set<std::string> families = families_of(login.settings);
  if (families.size() > 1) {
    std::string names;
    for (const std::string& family : families) names += (names.empty() ? "" : " and ") + family;
    return failure(Code::kInvalidArgument, "validate: more than one authorization method configured: " + names +
                                               ". auth_type decides between them. Set: " + list_of(login.settings));
  }
  for (const LoginKind& kind : login_kinds())
    if (kind.fits(login)) return &kind;
  if (families.empty()) return &kPatLogin;  // the host may hand over a token; if nobody does, the error says it all
  return incomplete_login(login, *families.begin());
}

Result<std::shared_ptr<Credential>> make_credential(Login& login) {
  const Result<const LoginKind*> kind = choose_login(login);
  if (!kind.ok()) return kind.status();
  login.http.user_agent = user_agent(login.http.user_agent, kind.value()->auth_type);
  return kind.value()->make(login);
}

// The addresses of identity providers that the connection puts in place of the usual ones.
Status read_endpoints(const json::object& connection, Login& login) {
  const json::value* value = connection.if_contains("endpoints");
  if (value == nullptr || value->is_null()) return Status();
  if (!value->is_object()) return failure(Code::kInvalidArgument, "endpoints must be an object", "/endpoints");
  std::set<std::string_view> known;
  for (const LoginKind& kind : login_kinds()) known.insert(kind.endpoints.begin(), kind.endpoints.end());
  for (const auto& [name, address] : value->get_object()) {
    const std::string pointer = "/endpoints/" + std::string(name);
    if (!known.contains(name)) {
      std::string names;
      for (const std::string_view each : known) names.append(names.empty() ? "" : ", ").append(each);
      return failure(Code::kInvalidArgument, "no login has an endpoint of that name; there are: " + names, pointer);
    }
    const std::string_view url = address.is_string() ? std::string_view(address.get_string()) : std::string_view();
    if (url.substr(0, 8) != "https://" && url.substr(0, 7) != "http://") {
      return failure(Code::kInvalidArgument, std::string(name) + " must be an address that begins with https://",
                     pointer);
    }
    login.endpoints.emplace(name, url);
  }
  return Status();
}

// Whether the connection says that its credential may go over plain HTTP to another machine.
Result<bool> allows_http(const json::object& connection) {
  const json::value* tls = connection.if_contains("tls");
  const json::value* says = tls && tls->is_object() ? tls->get_object().if_contains("allow_http") : nullptr;
  if (says == nullptr || says->is_null()) return false;
  if (says->is_bool()) return says->get_bool();
  return failure(Code::kInvalidArgument, "allow_http must be true or false", "/tls/allow_http");
}

Status apply_host(Settings& settings, bool allow_http, RestClient::Options& options) {
  const auto host = settings.find("host");
  if (host == settings.end()) {
    return failure(Code::kInvalidArgument,
                   "no workspace is configured: host, DATABRICKS_HOST or a profile of .databrickscfg names it. Set: " +
                       list_of(settings),
                   "/host");
  }
  const std::string source = host->second.source;
  Result<WorkspaceHost> cleaned = clean_host(host->second.value);
  if (!cleaned.ok()) {
    Fault fault = cleaned.status().fault();
    fault.message += " (from " + source + ")";
    return Status(std::move(fault));
  }
  options.host = cleaned.value().origin;
  if (!is_private(options.host) && !allow_http) {
    return failure(Code::kInvalidArgument,
                   "the host (from " + source +
                       ") is asked without https, which would show the credential to every machine in between; write "
                       "https://, or allow it by \"tls\": {\"allow_http\": true}",
                   "/host");
  }
  if (!cleaned.value().workspace_id.empty())
    settings.emplace("workspace_id", Setting{cleaned.value().workspace_id, source});
  if (!cleaned.value().account_id.empty()) settings.emplace("account_id", Setting{cleaned.value().account_id, source});
  options.workspace_id = value_of(settings, "workspace_id");
  return Status();
}

bool is_true(const std::string& text) { return text == "true" || text == "True" || text == "1"; }

// What the SDKs know under another name. The connection document has the last word.
void apply_defaults(const Settings& settings, const Environment& environment, bool automatic,
                    RestClient::Options& options) {
  if (is_true(value_of(settings, "skip_verify"))) options.tls.verify = false;
  const std::string rate = value_of(settings, "rate_limit");
  int per_second = 0;
  std::from_chars(rate.data(), rate.data() + rate.size(), per_second);
  options.requests_per_second = std::max(0, per_second);
  if (!automatic) return;
  const auto either = [&environment](const char* upper, const char* lower) {
    std::string value = environment.variable(upper).value_or("");
    return value.empty() ? environment.variable(lower).value_or("") : value;
  };
  options.tls.ca_file = environment.variable("SSL_CERT_FILE").value_or("");
  options.proxies.https = either("HTTPS_PROXY", "https_proxy");
  options.proxies.none_for = either("NO_PROXY", "no_proxy");
  // In a CGI program this variable is a header of whoever asks it.
  if (!environment.variable("REQUEST_METHOD")) options.proxies.http = either("HTTP_PROXY", "http_proxy");
}

}  // namespace

Environment process_environment() {
  Environment environment;
  environment.variable = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
  };
  environment.home = environment.variable("HOME").value_or("");
  return environment;
}

Result<Resolved> resolve(const json::object& connection, const Environment& environment,
                         std::shared_ptr<SecretStore> secrets) {
  bool automatic = true;
  if (const json::value* member = connection.if_contains("environment"); member && !member->is_null()) {
    if (!member->is_bool()) {
      return failure(Code::kInvalidArgument, "environment must be true or false", "/environment");
    }
    automatic = member->get_bool();
  }
  Settings settings;
  if (Status status = read_connection(connection, settings); !status.ok()) return status;
  if (automatic) read_environment(environment, settings);
  if (Status status = read_profile(environment, automatic, settings); !status.ok()) return status;

  const Result<bool> allow_http = allows_http(connection);
  if (!allow_http.ok()) return allow_http.status();
  Resolved resolved;
  if (Status status = apply_host(settings, allow_http.value(), resolved.options); !status.ok()) return status;
  apply_defaults(settings, environment, automatic, resolved.options);
  if (Status status = read_connection_options(connection, resolved.options); !status.ok()) return status;
  const auto made_from = std::make_shared<Login>();
  Login& login = *made_from;
  login.settings = settings;
  login.environment = environment;
  if (!automatic) login.environment.variable = [](const std::string&) { return std::nullopt; };
  login.host = resolved.options.host;
  login.secrets = std::move(secrets);
  login.http.tls = resolved.options.tls;
  // The certificate is for the workspace's own door; an identity provider does not ask for it.
  login.http.tls.client_certificate_file.clear();
  login.http.tls.client_key_file.clear();
  login.http.proxies = resolved.options.proxies;
  login.http.connect_timeout = resolved.options.connect_timeout;
  login.http.user_agent = resolved.options.user_agent;
  login.http.retry = resolved.options.retry;
  login.http.allow_http = allow_http.value();
  if (Status status = read_endpoints(connection, login); !status.ok()) return status;
  Result<std::shared_ptr<Credential>> credential = make_credential(login);
  if (!credential.ok()) return credential.status();
  resolved.credential = std::move(credential.value());
  resolved.login = made_from;
  for (const auto& [name, setting] : settings) resolved.sources[name] = setting.source;
  return resolved;
}

}  // namespace brickwork
