#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/signal.h"

namespace brickwork {

// What hosts hand over by client_set_secret. Values are overwritten before their memory is freed.
class SecretStore {
 public:
  // Called on the loop's thread when an operation needs `name` and it is missing, expired or refused; the boundary
  // turns it into EV_SECRET. Once for all waiters, again only after the name was set.
  using Ask = std::function<void(const std::string& name)>;

  explicit SecretStore(Ask ask = {}) : ask_(std::move(ask)) {}
  ~SecretStore();
  SecretStore(const SecretStore&) = delete;
  SecretStore& operator=(const SecretStore&) = delete;

  // Any thread. `expires_at_ms` is Unix time; 0: does not expire. Then post `announce` to the loop.
  void set(std::string_view name, std::string_view value, std::int64_t expires_at_ms);

  // The loop's thread from here on.
  void announce() { changed_.notify_all(); }

  bool ever_set(std::string_view name) const;
  // The value, if it is there, not expired and not refused.
  std::optional<std::string> usable(std::string_view name, std::int64_t unix_ms) const;
  // The server did not accept this value. True when another one is there or can be waited for: a secret that was given
  // with an end to its life is one that its host renews, so it is not handed out again. One without an end stays, or a
  // host that never listens to EV_SECRET would wait for ever instead of hearing that its token is wrong.
  bool refuse(std::string_view name, std::string_view value);
  // Asks the host and waits, up to the operation's deadline.
  Task<Result<std::string>> wait_for(Context& context, std::string name);

 private:
  void ask(const std::string& name);

  struct Secret {
    std::string value;
    std::int64_t expires_at_ms = 0;
    bool given = false;
    bool refused = false;
    bool asked = false;
  };

  Ask ask_;
  Signal changed_;
  mutable std::mutex mutex_;
  std::map<std::string, Secret, std::less<>> secrets_;
};

}  // namespace brickwork
