#include "local/resources/users_file.h"

#include <sys/stat.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fstream>
#include <sstream>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/state_dir.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

json::value parsed(const fs::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw std::runtime_error("cannot read " + file.string());
  json::error_code error;
  json::value document = json::parse(text.str(), error);
  if (error) throw std::runtime_error(file.string() + ": " + error.message());
  return document;
}

bool others_may_read(const fs::path& file) {
  struct stat status {};
  return stat(file.c_str(), &status) == 0 && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

std::vector<std::string> texts(const json::object& from, std::string_view name) {
  std::vector<std::string> found;
  const json::array* values = array_field(from, name);
  if (values == nullptr) return found;
  for (const json::value& value : *values) {
    if (!value.is_string()) throw invalid_parameter(std::string(name) + " must hold strings");
    found.emplace_back(value.get_string());
  }
  return found;
}

void make_user(const json::object& entry, const fs::path& file, UserStore& users) {
  const std::string name = required_text(entry, "user_name");
  auto user = users.find_named(PrincipalKind::kUser, name);
  if (!user)
    user =
        users.create(PrincipalKind::kUser, name, {{"displayName", text_field(entry, "display_name").value_or(name)}});
  for (const std::string& group_name : texts(entry, "groups")) {
    auto group = users.find_named(PrincipalKind::kGroup, group_name);
    if (!group) group = users.create(PrincipalKind::kGroup, group_name, {});
    users.add_member(group->id, user->id);
  }
  const std::vector<std::string> tokens = texts(entry, "tokens");
  if (!tokens.empty() && others_may_read(file))
    throw invalid_parameter("tokens in a file that others may read: chmod 600, or use token_file");
  for (const std::string& token : tokens) users.add_token(user->id, token, "the file of users");
  if (const auto token_file = text_field(entry, "token_file"))
    users.add_token(user->id, token_of_file(fs::absolute(file).parent_path() / *token_file), "the file of users");
}

}  // namespace

void read_users_file(const fs::path& file, UserStore& users) {
  const json::value document = parsed(file);
  const json::value* entries = document.is_object() ? document.get_object().if_contains("users") : nullptr;
  if (entries == nullptr || !entries->is_array())
    throw std::runtime_error(file.string() + ": expected {\"users\": [...]}");
  std::string findings;
  std::size_t number = 0;
  for (const json::value& entry : entries->get_array()) {
    const std::string pointer = "/users/" + std::to_string(number++);
    try {
      if (!entry.is_object()) throw invalid_parameter("expected an object");
      make_user(entry.get_object(), file, users);
    } catch (const std::exception& error) {
      findings += (findings.empty() ? "" : "\n") + file.string() + " " + pointer + ": " + error.what();
    }
  }
  if (!findings.empty()) throw std::runtime_error(findings);
}

}  // namespace brickwork::local
