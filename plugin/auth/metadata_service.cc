#include "auth/metadata_service.h"

#include <array>

#include "auth/living_token.h"
#include "auth/oauth_token.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr char kKind[] = "metadata-service";
constexpr std::array<std::string_view, 1> kNeeds = {"metadata_service_url"};

// The path is a secret: who knows it gets the token.
class MetadataService : public TokenSource {
 public:
  explicit MetadataService(const Login& login)
      : url_(login.value("metadata_service_url")),
        host_(login.host),
        shown_(login.where(kNeeds)),
        provider_(login.http) {}
  ~MetadataService() override { wipe(url_); }

  Task<Result<Proof>> fetch(Context& context) override {
    IdentityRequest request;
    request.provider = "the metadata service of " + shown_;
    request.method = "GET";
    request.url = url_;
    request.headers = {{"X-Databricks-Metadata-Version", "1"}, {"X-Databricks-Host", host_}};
    request.secrets.push_back(url_);
    const std::size_t path = url_.find('/', url_.find("://") + 3);
    if (path != url_.npos) request.secrets.push_back(url_.substr(path));  // as a server sees and repeats it
    request.timeout = milliseconds(10'000);
    request.settings = "The program that runs it has to know a login for " + host_;
    Task<Result<OauthToken>> asking = ask_for_token(context, provider_, std::move(request));
    Result<OauthToken> token = co_await asking;
    if (!token.ok()) co_return token.status();
    co_return bearer(token.value());
  }

  Status trouble() const override { return provider_.trouble(); }

 private:
  std::string url_;
  const std::string host_;
  const std::string shown_;
  IdentityProvider provider_;
};

}  // namespace

bool fits_metadata_service(const Login& login) { return login.has("metadata_service_url"); }

Result<std::shared_ptr<Credential>> make_metadata_service(const Login& login) {
  if (Status status = login.require(kKind, kNeeds); !status.ok()) return status;
  const std::string url = login.value("metadata_service_url");
  const std::size_t name = url.find("://") + 3;
  const std::string host = url.substr(name, url.find_first_of(":/?#", name) - name);
  const bool here = (host == "localhost" || host == "127.0.0.1") && url.find('@') == url.npos;
  if (url.find("://") == url.npos || !here) {
    return failure(Code::kInvalidArgument,
                   login.where(kNeeds) +
                       " must be an address of this machine, http://localhost:... or http://127.0.0.1:..., since "
                       "whoever answers there decides who is asking",
                   "/metadata_service_url");
  }
  return std::shared_ptr<Credential>(std::make_shared<LivingToken>(kKind, std::make_unique<MetadataService>(login)));
}

}  // namespace brickwork
