#include "group/plain_secrets.h"

#include <algorithm>

#include "group/strings.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::string_view kSecretNames[] = {"password", "passwd",     "secret",      "token",
                                             "apikey",   "access_key", "private_key", "api_key"};

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }
bool is_upper_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool may_end_a_secret(std::string_view last_three) {
  const char letters[] = {small(last_three[0]), small(last_three[1]), small(last_three[2])};
  const std::string_view end(letters, 3);
  return end == "ord" || end == "swd" || end == "ret" || end == "ken" || end == "key";
}

// The name ends in one of the words: db_password, but not password_file or token_count.
bool is_secret_name(std::string_view name) {
  // Nearly no name ends as one of the words does, and the rest costs a copy.
  if (name.size() < 5 || !may_end_a_secret(name.substr(name.size() - 3))) return false;
  std::string lower;
  for (char c : name.substr(0, 200)) lower += c == '-' || c == '.' ? '_' : small(c);
  return std::any_of(std::begin(kSecretNames), std::end(kSecretNames), [&](std::string_view word) {
    if (!lower.ends_with(word)) return false;
    return lower.size() == word.size() || lower[lower.size() - word.size() - 1] == '_';
  });
}

bool has_run_of(std::string_view text, std::size_t length, bool (*fits)(char)) {
  return text.size() >= length && std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(length), fits);
}

// "https://user:password@host" gives its password to whoever reads the address.
bool has_password(std::string_view after_scheme) {
  const std::string_view host = after_scheme.substr(0, after_scheme.find('/'));
  const std::size_t at = host.find('@');
  const std::size_t colon = host.find(':');
  return at != std::string_view::npos && colon < at && colon + 1 < at;
}

bool begins_a_secret(std::string_view text) {
  switch (text.front()) {
    case 'd':  // tokens and OAuth secrets of Databricks
      return (text.starts_with("dapi") || text.starts_with("dose")) && has_run_of(text.substr(4), 32, is_lower_hex);
    case 'A':  // access keys of AWS, connection strings of Azure
      return (text.starts_with("AKIA") && has_run_of(text.substr(4), 16, is_upper_or_digit)) ||
             (text.starts_with("AccountKey=") && text.size() > 30);
    case '-':
      return text.starts_with("-----BEGIN ");
    case ':':
      return text.starts_with("://") && has_password(text.substr(3));
    default:
      return false;
  }
}

// Shorter ones are no secrets of these kinds, and nearly every string of a document is shorter or none of them.
bool is_secret_value(std::string_view text) {
  constexpr std::size_t kShortest = 20;
  if (text.size() < kShortest) return false;
  for (std::string_view start : {"ghp_", "github_pat_", "glpat-", "xoxb-"}) {
    if (text.starts_with(start)) return true;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_a_secret(text.substr(i))) return true;
  }
  return false;
}

class Checker {
 public:
  explicit Checker(Findings& findings) : findings_(findings) {}

  // Whether there is a brace in any of the texts.
  bool check(const json::value& value, std::string_view name, const Place& place) {
    bool has_braces = false;
    for_each_string(value, name, place, [&](std::string_view member, std::string_view text, const Place& where) {
      if (text.empty()) return;
      const std::size_t brace = text.find('{');
      has_braces = has_braces || brace != std::string_view::npos;
      if (brace != std::string_view::npos && text.find("{{", brace) != std::string_view::npos) return;
      if (is_secret_value(text) || is_secret_name(member)) report(member, where);
    });
    return has_braces;
  }

  void report(std::string_view name, const Place& place) {
    findings_.warning(place, "plain_secret",
                      quoted(name) + " looks like a secret in plain text, which everybody who may see the job can read",
                      "put it into a secret scope and read it by dbutils.secrets.get, or by {{secrets/scope/key}} in a "
                      "cluster's spark_env_vars");
  }

 private:
  Findings& findings_;
};

}  // namespace

bool check_task_secrets(const ReadTask& task, const Place& place, Findings& findings) {
  Checker checker(findings);
  const auto& [members, choices] = task;
  const bool has_braces = members.kind != nullptr &&
                          checker.check(*members.kind_value, members.kind->member, Place(place, members.kind->member));
  if (choices.libraries != nullptr) checker.check(*choices.libraries, "libraries", Place(place, "libraries"));
  if (choices.new_cluster != nullptr) checker.check(*choices.new_cluster, "new_cluster", Place(place, "new_cluster"));
  return has_braces;
}

void check_plain_secrets(const Tree& tree, Findings& findings) {
  Checker checker(findings);
  for (const GroupNode& group : tree.groups()) {
    const json::value* defaults = group.object->if_contains("defaults");
    if (defaults != nullptr) checker.check(*defaults, "defaults", Place(group.place, "defaults"));
  }

  const Place root;
  const json::object& job = *tree.groups().front().object;
  if (const json::object* launch = object_in(job, "launch")) checker.check(*launch, "launch", Place(root, "launch"));
  for (std::string_view member : {"job_clusters", "environments", "git_source"}) {
    if (const json::value* value = job.if_contains(member)) checker.check(*value, member, Place(root, member));
  }
  const json::array* parameters = array_in(job, "parameters");
  if (parameters == nullptr) return;
  const Place place(root, "parameters");
  for (std::size_t i = 0; i < parameters->size(); ++i) {
    const json::object* parameter = (*parameters)[i].if_object();
    if (parameter == nullptr) continue;
    const json::string* name = string_in(*parameter, "name");
    const json::value* value = parameter->if_contains("default");
    if (name != nullptr && value != nullptr) checker.check(*value, *name, Place(Place(place, i), "default"));
  }
}

}  // namespace brickwork::group
