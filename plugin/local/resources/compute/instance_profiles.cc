#include "local/resources/compute/instance_profiles.h"

#include <boost/json/array.hpp>
#include <regex>

#include "local/api_error.h"
#include "local/fields.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists instance_profiles (
  arn text primary key,
  iam_role_arn text not null,
  is_meta integer not null
) without rowid;
)";

constexpr std::size_t kLongestArn = 2048;

void require_admin(const Request& request) {
  if (!request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "Only workspace admins may change instance profiles.");
}

void check_arn(const std::string& arn, const std::string& kind) {
  static const std::regex form("arn:aws[a-z-]*:iam::[0-9]{12}:(instance-profile|role)/[-A-Za-z0-9+=,.@_/]{1,512}");
  std::smatch parts;
  if (arn.size() > kLongestArn || !std::regex_match(arn, parts, form) || parts[1] != kind)
    throw invalid_parameter("'" + arn.substr(0, 200) + "' is not an ARN of the form arn:aws:iam::<account>:" + kind +
                            "/<name>.");
}

InstanceProfile profile_in(const Request& request) {
  require_admin(request);
  const json::object& arguments = request.arguments();
  InstanceProfile profile{.arn = required_text(arguments, "instance_profile_arn"),
                          .iam_role_arn = text_field(arguments, "iam_role_arn").value_or(""),
                          .is_meta = flag_field(arguments, "is_meta_instance_profile").value_or(false)};
  flag_field(arguments, "skip_validation");
  check_arn(profile.arn, "instance-profile");
  if (!profile.iam_role_arn.empty()) check_arn(profile.iam_role_arn, "role");
  return profile;
}

ApiError no_such_profile(const std::string& arn) {
  return does_not_exist("Instance profile " + arn + " does not exist.");
}

Response list(InstanceProfiles& profiles) {
  json::array shown;
  for (const InstanceProfile& profile : profiles.all()) {
    json::object entry{{"instance_profile_arn", profile.arn}, {"is_meta_instance_profile", profile.is_meta}};
    if (!profile.iam_role_arn.empty()) entry["iam_role_arn"] = profile.iam_role_arn;
    shown.push_back(std::move(entry));
  }
  return shown.empty() ? Response{} : json_response({{"instance_profiles", std::move(shown)}});
}

}  // namespace

InstanceProfiles::InstanceProfiles(Store& store) : store_(store) { store_.create(kSchema); }

bool InstanceProfiles::knows(const std::string& arn) {
  Transaction transaction(store_);
  return transaction.query("select 1 from instance_profiles where arn = ?", arn).next();
}

std::vector<InstanceProfile> InstanceProfiles::all() {
  std::vector<InstanceProfile> found;
  Transaction transaction(store_);
  Rows rows = transaction.query("select arn, iam_role_arn, is_meta from instance_profiles order by arn");
  while (rows.next()) found.push_back({rows.text(0), rows.text(1), rows.integer(2) != 0});
  return found;
}

bool InstanceProfiles::add(const InstanceProfile& profile) {
  Transaction transaction(store_);
  const auto added = transaction.run("insert or ignore into instance_profiles values (?, ?, ?)", profile.arn,
                                     profile.iam_role_arn, profile.is_meta);
  transaction.commit();
  return added != 0;
}

bool InstanceProfiles::replace(const InstanceProfile& profile) {
  Transaction transaction(store_);
  const auto changed = transaction.run("update instance_profiles set iam_role_arn = ?, is_meta = ? where arn = ?",
                                       profile.iam_role_arn, profile.is_meta, profile.arn);
  transaction.commit();
  return changed != 0;
}

bool InstanceProfiles::remove(const std::string& arn) {
  Transaction transaction(store_);
  const auto removed = transaction.run("delete from instance_profiles where arn = ?", arn);
  transaction.commit();
  return removed != 0;
}

void add_instance_profiles(Router& router, Store& store) {
  const auto profiles = std::make_shared<InstanceProfiles>(store);
  const std::string base = "/api/2.0/instance-profiles/";
  router.add("POST", base + "add", [profiles](const Request& request) {
    const InstanceProfile profile = profile_in(request);
    if (!profiles->add(profile)) throw already_exists("Instance profile " + profile.arn + " already exists.");
    return Response{};
  });
  router.add("POST", base + "edit", [profiles](const Request& request) {
    const InstanceProfile profile = profile_in(request);
    if (!profiles->replace(profile)) throw no_such_profile(profile.arn);
    return Response{};
  });
  router.add("POST", base + "remove", [profiles](const Request& request) {
    require_admin(request);
    const std::string arn = required_text(request.arguments(), "instance_profile_arn");
    if (!profiles->remove(arn)) throw no_such_profile(arn);
    return Response{};
  });
  router.add("GET", base + "list", [profiles](const Request&) { return list(*profiles); });
}

}  // namespace brickwork::local
