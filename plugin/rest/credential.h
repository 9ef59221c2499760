#pragma once

#include <optional>
#include <string>

#include "engine/context.h"

namespace brickwork {

// What proves to a workspace who is asking. Implemented in auth/, used by every request; the loop's thread only.
class Credential {
 public:
  virtual ~Credential() = default;

  virtual std::string auth_type() const = 0;  // as the SDKs name it: "pat", "oauth-m2m", ...

  // Who is asking, so that clients of one login can share what they see: a keyed digest of the secret in use, good in
  // this process only. Empty: not known now, or nothing that could be shared.
  virtual std::string fingerprint() const { return {}; }

  // The headers of the next request. May fetch or refresh a token, or wait for the host to hand one over.
  virtual Task<Result<Headers>> headers(Context& context) = 0;

  // The server did not accept `given`, which came from here. True: others may be had, ask once more.
  virtual bool rejected(const Headers& given) = 0;

  // When the headers last given end to be good, as far as it is known.
  virtual std::optional<Instant> expires_at() const { return std::nullopt; }

  // What a host may keep so that its user need not log in again; empty: nothing of that kind.
  virtual std::string refresh_token() const { return {}; }

  // The client ends: whatever it has under way by itself ends with it.
  virtual void close() {}
};

}  // namespace brickwork
