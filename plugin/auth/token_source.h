#pragma once

#include <optional>
#include <string>

#include "engine/context.h"

namespace brickwork {

// What a login proves itself with: the headers of every request.
struct Proof {
  Headers headers;
  // From the moment of the answer on, as its issuer counts: no clock of ours takes part. Empty: no end is known.
  std::optional<milliseconds> lifetime;
};

// One kind of login, as far as it differs from the others: how it comes by a proof. It keeps no proof and starts
// nothing by itself; a LivingToken asks it, one fetch at a time. The loop's thread only.
class TokenSource {
 public:
  virtual ~TokenSource() = default;

  // Asks whoever issues the proof. Its own tries are bounded; UNAVAILABLE and `retryable` when another time may go
  // better, UNAUTHENTICATED when the issuer said no. The context has no deadline: a fetch belongs to all who wait.
  virtual Task<Result<Proof>> fetch(Context& context) = 0;

  // All that says who is asking, secrets included; only a keyed digest of it is kept. Empty: the settings do not say,
  // as with a login that a command or a metadata service knows.
  virtual std::string who() const { return {}; }

  // What holds up the fetch under way, for those whose deadline ends before it does.
  virtual Status trouble() const { return Status(); }

  // The server did not accept the last proof. False: another fetch would bring the same one.
  virtual bool can_renew() { return true; }

  // What a host may keep so that its user need not log in again; empty: nothing of that kind.
  virtual std::string refresh_token() const { return {}; }
};

}  // namespace brickwork
