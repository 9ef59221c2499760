#include <algorithm>
#include <array>
#include <boost/json/array.hpp>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/check_settings.h"
#include "local/jobs/run.h"

namespace brickwork::local {
namespace {

using boost::json::object;
using boost::json::value;

// Databricks takes them in any case and lists them like this.
constexpr std::array<std::string_view, 8> kProviders{"github",           "gitlab",
                                                     "bitbucketcloud",   "gitlabenterpriseedition",
                                                     "bitbucketserver",  "azuredevopsservices",
                                                     "githubenterprise", "awscodecommit"};

void check_provider(const object& source) {
  std::string provider = required_text(source, "git_provider");
  std::ranges::transform(provider, provider.begin(), [](unsigned char letter) { return std::tolower(letter); });
  if (std::ranges::find(kProviders, provider) != kProviders.end()) return;
  std::string list;
  for (const std::string_view known : kProviders) list += (list.empty() ? "" : ", ") + std::string(known);
  throw invalid_parameter("git_source.git_provider must be one of: " + list + ".");
}

void check_text(const object& source, std::string_view member, std::size_t longest) {
  const auto text = text_field(source, member);
  if (!text) return;
  const bool control = std::ranges::any_of(*text, [](unsigned char letter) { return letter < 32 || letter == 127; });
  if (text->empty() || text->size() > longest || control)
    throw invalid_parameter("git_source." + std::string(member) + " must have 1 to " + std::to_string(longest) +
                            " characters and no control characters.");
}

// What becomes part of a refspec: the rules of git check-ref-format that keep one name from meaning several.
void check_reference(const object& source, std::string_view member) {
  check_text(source, member, 255);
  const auto name = text_field(source, member);
  if (!name) return;
  if (name->find_first_of(" ~^:?*[\\") != std::string::npos || name->find("..") != std::string::npos ||
      name->find("@{") != std::string::npos || name->starts_with('/') || name->ends_with('/'))
    throw invalid_parameter("git_source." + std::string(member) + " '" + *name + "' is not the name of a reference.");
}

void check_commit(const object& source) {
  const auto commit = text_field(source, "git_commit");
  if (!commit) return;
  const bool hexadecimal = std::ranges::all_of(*commit, [](unsigned char digit) { return std::isxdigit(digit) != 0; });
  if (commit->size() < 4 || commit->size() > 64 || !hexadecimal)
    throw invalid_parameter("git_source.git_commit must have 4 to 64 hexadecimal digits.");
}

void check_source(const object& source) {
  required_text(source, "git_url");
  check_text(source, "git_url", 300);
  check_provider(source);
  int named = 0;
  for (const char* member : {"git_branch", "git_tag", "git_commit"}) named += text_field(source, member) ? 1 : 0;
  if (named != 1)
    throw invalid_parameter("git_source needs exactly one of git_branch, git_tag and git_commit, not " +
                            std::to_string(named) + " of them.");
  check_reference(source, "git_branch");
  check_reference(source, "git_tag");
  check_commit(source);
}

void check_task_source(const object& task, bool has_git_source) {
  for (const auto& [kind, member] :
       {std::pair{"notebook_task", "notebook_path"}, {"spark_python_task", "python_file"}}) {
    const object* settings = object_field(task, kind);
    if (settings == nullptr) continue;
    const auto source = text_field(*settings, "source");
    if (source && *source != "GIT" && *source != "WORKSPACE")
      throw invalid_parameter("The source of a " + std::string(kind) + " is WORKSPACE or GIT, not '" + *source + "'.");
    if (source != "GIT") continue;
    if (!has_git_source)
      throw invalid_parameter("The task '" + text_field(task, "task_key").value_or("") +
                              "' has the source GIT, but the job has no git_source.");
    if (const std::string path = required_text(*settings, member); path.starts_with('/'))
      throw invalid_parameter("Invalid " + std::string(member) + ": " + path +
                              ". Only relative paths are currently supported for remote repositories. Paths must not "
                              "begin with '/'.");
  }
}

}  // namespace

void check_git_source(const object& settings) {
  const object* source = object_field(settings, "git_source");
  if (source != nullptr) check_source(*source);
  const boost::json::array* tasks = array_field(settings, "tasks");
  if (tasks == nullptr) return;
  for (const value& task : *tasks) {
    check_task_source(task.get_object(), source != nullptr);
    if (const object* for_each = object_field(task.get_object(), "for_each_task"))
      if (const object* nested = object_field(*for_each, "task")) check_task_source(*nested, source != nullptr);
  }
}

}  // namespace brickwork::local
