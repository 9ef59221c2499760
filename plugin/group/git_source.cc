#include "group/git_source.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr MemberRule kJobSource[] = {
    {"import_from_git_branch", Type::kString}, {"job_config_path", Type::kString}, {"dirty_state", Type::kString}};
constexpr MemberRule kSparseCheckout[] = {{"patterns", Type::kStrings}};
constexpr MemberRule kGitSource[] = {{"git_url", Type::kString, true},
                                     {"git_provider", Type::kString, true},
                                     {"git_branch", Type::kString},
                                     {"git_tag", Type::kString},
                                     {"git_commit", Type::kString},
                                     {"git_snapshot", Type::kObject},
                                     {.name = "job_source", .type = Type::kObject, .members = kJobSource},
                                     {.name = "sparse_checkout", .type = Type::kObject, .members = kSparseCheckout}};
// As in the answer of Databricks to any other one, in small letters; it takes them in any case.
constexpr std::string_view kProviders[] = {"github",           "gitlab",
                                           "bitbucketcloud",   "gitlabenterpriseedition",
                                           "bitbucketserver",  "azuredevopsservices",
                                           "githubenterprise", "awscodecommit"};

void check_provider(const json::object& git, const Place& place, Findings& findings) {
  const json::string* provider = string_in(git, "git_provider");
  if (provider == nullptr) return;
  std::string lower(*provider);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  if (std::find(std::begin(kProviders), std::end(kProviders), lower) != std::end(kProviders)) return;
  const std::string list = listed(kProviders);
  findings.error(Place(place, "git_provider"), "bad_git_provider",
                 "git_provider is " + quoted(*provider) + ", Databricks knows " + list, "write one of " + list);
}

}  // namespace

void check_git_source(const json::object& job, Findings& findings) {
  const json::object* git = object_in(job, "git_source");
  if (git == nullptr) return;
  const Place root;
  const Place place(root, "git_source");
  check_members(*git, kGitSource, "git_source", place, findings);
  check_one_of(*git, {"git_branch", "git_tag", "git_commit"}, place, findings);
  check_provider(*git, place, findings);
}

void check_without_git_source(const TaskMembers& members, const Place& place, Findings& findings) {
  const json::object* kind = members.kind != nullptr ? members.kind_value->if_object() : nullptr;
  const json::string* source = kind != nullptr ? string_in(*kind, "source") : nullptr;
  if (source == nullptr || *source != "GIT") return;
  const Place kind_place(place, members.kind->member);
  findings.error(Place(kind_place, "source"), "no_git_source",
                 "source is \"GIT\", but the job has no git_source to take the file from",
                 "add git_source with git_url, git_provider and git_branch to the outermost group");
}

}  // namespace brickwork::group
