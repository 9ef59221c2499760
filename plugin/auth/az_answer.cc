#include "auth/az_answer.h"

#include <algorithm>
#include <charconv>

#include "auth/timestamp.h"
#include "auth/wipe.h"
#include "rest/members.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestQuote = 600;
constexpr char kWayOut[] = ". `az login` on this machine, as the user that runs this process, logs in";

std::string one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > 0x7e) c = ' ';
  text.erase(std::unique(text.begin(), text.end(), [](char a, char b) { return a == ' ' && b == ' '; }), text.end());
  if (text.size() > kLongestQuote) text = text.substr(0, kLongestQuote) + " ...";
  return text;
}

std::optional<std::int64_t> end_of(const AzAnswer& answer) {
  const json::value* exact = answer.if_contains("expires_on");
  if (exact && exact->is_number()) {
    boost::system::error_code error;
    const auto seconds = exact->to_number<double>(error);
    if (!error && seconds > 0 && seconds < 1e12) return static_cast<std::int64_t>(seconds);
  }
  // Older versions of `az` say it in local time only: "2026-11-21 20:30:00.123456".
  const std::optional<std::int64_t> local_ms = read_timestamp(text_at(answer, "expiresOn"));
  if (!local_ms || *local_ms < 0) return std::nullopt;
  return *local_ms / 1000;
}

}  // namespace

Result<AzAnswer> read_az_answer(const std::string& asked, CommandResult ran) {
  // The host may have taken the end of its children before this could see it: then the output says how it went.
  if (ran.exit_status > 0) {
    wipe(ran.output);
    return failure(Code::kUnauthenticated, "`" + asked + "` ended with " + std::to_string(ran.exit_status) + ": " +
                                               one_line(std::move(ran.errors)) + kWayOut);
  }
  boost::system::error_code error;
  json::value answer = json::parse(ran.output, error);
  wipe(ran.output);
  if (!error && answer.is_object()) return std::move(answer.get_object());
  // What it printed is not shown: a part of it may be a token.
  return failure(Code::kFailedPrecondition,
                 "`" + asked + "` printed something that is no JSON object" +
                     (ran.errors.empty() ? "" : " and said: " + one_line(std::move(ran.errors))) +
                     "; is the program az in PATH the Azure CLI?");
}

Status az_trouble(const std::string& asked, const Status& why) {
  if (why.code() == Code::kCancelled) return why;
  Fault fault = why.fault();
  fault.message = "`" + asked + "`: " + fault.message;
  // An operation's own deadline is another matter than that of the program.
  if (fault.code == Code::kDeadlineExceeded) fault.code = Code::kUnavailable;
  fault.retryable = fault.code == Code::kUnavailable;
  return Status(std::move(fault));
}

AzUser az_user(const AzAnswer& account) {
  const json::value* user = account.if_contains("user");
  if (user == nullptr || !user->is_object()) return AzUser::kPerson;
  if (text_at(user->get_object(), "type") != "servicePrincipal") return AzUser::kPerson;
  const std::string name = text_at(user->get_object(), "name");
  const bool managed = name == "systemAssignedIdentity" || name == "userAssignedIdentity";
  return managed ? AzUser::kManagedIdentity : AzUser::kPrincipal;
}

Result<OauthToken> az_token(AzAnswer& answer, std::int64_t unix_ms) {
  OauthToken token;
  token.access_token = text_at(answer, "accessToken");
  const std::optional<std::int64_t> end = end_of(answer);
  wipe(answer);
  const bool usable = !token.access_token.empty() && is_header_text(token.access_token);
  if (!usable || !end) {
    return failure(Code::kFailedPrecondition, std::string("`az account get-access-token` printed no ") +
                                                  (usable ? "end of the token" : "token") +
                                                  "; is the program az in PATH the Azure CLI, and a current one?");
  }
  token.lifetime = milliseconds(std::max<std::int64_t>(0, *end * 1000 - unix_ms));
  return token;
}

}  // namespace brickwork
