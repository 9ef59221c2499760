#include "auth/github_token.h"

#include "auth/oauth_token.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr char kUrl[] = "ACTIONS_ID_TOKEN_REQUEST_URL";
constexpr char kToken[] = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
constexpr char kProvider[] = "the token issuer of GitHub Actions";

}  // namespace

GithubToken::GithubToken(const Login& login)
    : url_(login.variable(kUrl)), token_(login.variable(kToken)), provider_(login.http) {}

GithubToken::~GithubToken() { wipe(token_); }

bool GithubToken::is_there(const Login& login) {
  return !login.variable(kUrl).empty() && !login.variable(kToken).empty();
}

Status GithubToken::required(const Login& login, std::string_view auth_type) {
  if (is_there(login)) return Status();
  return failure(Code::kInvalidArgument, "the login " + std::string(auth_type) +
                                             " works in a job of GitHub Actions that has the permission " +
                                             "\"id-token: write\"; " + kUrl + " and " + kToken +
                                             " are not both set here. Set: " + list_of(login.settings));
}

Task<Result<std::string>> GithubToken::ask(Context& context, std::string audience) {
  IdentityRequest request;
  request.provider = kProvider;
  request.method = "GET";
  request.url = url_ + (url_.find('?') == url_.npos ? "?" : "&") + "audience=" + percent_encode(audience);
  request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.settings = std::string("It was asked because of ") + kUrl + " and " + kToken +
                     ", which are good for the job that they were made for";
  Task<Result<IdentityAnswer>> asking = provider_.ask(context, std::move(request));
  Result<IdentityAnswer> answer = co_await asking;
  if (!answer.ok()) co_return answer.status();
  co_return take_id_token(kProvider, answer.value(), "value");
}

}  // namespace brickwork
