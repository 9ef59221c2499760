#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace brickwork {

// One name of Databricks' unified configuration.
struct Attribute {
  std::string_view name;         // in the connection and in .databrickscfg
  std::string_view variable;     // in the environment; empty: not read from there
  std::string_view family = {};  // of logins; two families at once are a mistake unless auth_type decides
  bool secret = false;           // never in the connection document: the host hands it over apart
};
std::span<const Attribute> attributes();

// What a host may hand over by client_set_secret.
bool is_secret(std::string_view name);
std::string secret_names();  // with commas

// What was configured, and where each of it came from.
struct Setting {
  std::string value;
  std::string source;
};
inline constexpr char kFromConnection[] = "connection";  // the source of what the host's own document says
using Settings = std::map<std::string, Setting, std::less<>>;

std::string value_of(const Settings& settings, std::string_view name);  // empty when not set

// Whether any of them says as whom.
bool has_login_settings(const Settings& settings);

// "host (connection), token (environment variable DATABRICKS_TOKEN)": names and places, never values.
std::string list_of(const Settings& settings);

}  // namespace brickwork
