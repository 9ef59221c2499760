#include "auth/google_default.h"

#include <unistd.h>

#include "auth/small_file.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr char kVariable[] = "GOOGLE_APPLICATION_CREDENTIALS";
constexpr char kFile[] = "/application_default_credentials.json";
constexpr char kPath[] = "/computeMetadata/v1/instance/service-accounts/default/token";

// Google's own libraries know this variable for a metadata service at another address.
std::string metadata_address(const Login& login) {
  const std::string host = login.variable("GCE_METADATA_HOST");
  return login.endpoint("instance_metadata_endpoint", "http://" + (host.empty() ? "metadata.google.internal" : host));
}

}  // namespace

GoogleDefault::GoogleDefault(const Login& login)
    : file_(login.variable(kVariable)),
      where_("the file " + file_ + " of " + kVariable),
      metadata_(metadata_address(login)),
      provider_(login.http) {
  if (!file_.empty()) return;
  std::string folder = login.variable("CLOUDSDK_CONFIG");
  if (folder.empty()) folder = login.environment.home + "/.config/gcloud";
  if (access((folder + kFile).c_str(), F_OK) == 0) file_ = folder + kFile;
  where_ = "the login of gcloud in " + file_;
}

Task<Result<OauthToken>> GoogleDefault::token(Context& context) {
  if (file_.empty()) {
    Task<Result<OauthToken>> asking = token_of_machine(context);
    co_return co_await asking;
  }
  Result<std::string> text = read_small_file(file_, where_);
  if (!text.ok()) co_return text.status();
  Result<GoogleAccount> account = read_google_account(std::move(text.value()), where_);
  if (!account.ok()) co_return account.status();
  GoogleWish wish{.audience = {}, .scope = kGoogleCloudScope};
  Task<Result<OauthToken>> asking = ask_google(context, provider_, account.value(), std::move(wish), where_);
  co_return co_await asking;
}

Task<Result<OauthToken>> GoogleDefault::token_of_machine(Context& context) {
  IdentityRequest request;
  request.provider = "the metadata service at " + metadata_;
  request.method = "GET";
  request.url = url_of(metadata_, kPath, {{"scopes", kGoogleCloudScope}});
  request.headers.emplace_back("Metadata-Flavor", "Google");
  request.link_local_http = true;
  request.timeout = milliseconds(10'000);
  request.max_attempts = 3;
  request.settings = std::string("It was asked since neither ") + kVariable +
                     " nor a login of gcloud is here: outside of Google Cloud, `gcloud auth application-default login` "
                     "makes one";
  const std::string provider_name = request.provider;
  Task<Result<IdentityAnswer>> asking = provider_.ask(context, std::move(request));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  std::string flavor;
  for (const auto& [name, value] : answer.value().headers)
    if (name == "metadata-flavor") flavor = value;
  if (flavor != "Google") {
    wipe(answer.value().body);
    co_return failure(Code::kFailedPrecondition,
                      provider_name + " is not Google's: it does not say Metadata-Flavor: Google");
  }
  co_return read_oauth_token(provider_name, answer.value(), context.loop().unix_ms());
}

}  // namespace brickwork
