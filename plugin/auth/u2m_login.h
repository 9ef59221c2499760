#pragma once

#include <string>

#include "auth/login.h"

namespace brickwork {

inline constexpr char kUsualRedirect[] = "http://localhost:8020";  // that of the SDKs

// A login in a browser that was begun: what whoever began it keeps to himself until the browser comes back.
struct U2mConsent {
  std::string url;  // where the browser goes
  std::string state;
  std::string code_verifier;  // a secret until it was used
  std::string redirect_uri;
};
// Authorization code with PKCE (RFC 7636).
Task<Result<U2mConsent>> begin_u2m(Context& context, const Login& login, std::string redirect_uri);

// What the browser brought back, and what it is held against.
struct U2mCallback {
  std::string query;  // the address the browser was sent back to, or what stands behind its question mark
  std::string code;   // or the two by themselves
  std::string state;
  U2mConsent expected;
};
struct U2mTokens {
  std::string access_token;
  std::string refresh_token;  // empty: the application may not have one
  std::int64_t expires_at_ms = 0;
  std::string kept_in;  // the file, when it was asked for
};
// Exchanges the code; with `keep`, for the programs that share the SDKs' files, too.
Task<Result<U2mTokens>> exchange_u2m(Context& context, const Login& login, U2mCallback callback, bool keep);

}  // namespace brickwork
