#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "auth/token_source.h"
#include "engine/signal.h"
#include "rest/credential.h"

namespace brickwork {

// The life of what a TokenSource brings: fetched once for however many operations wait on it, refreshed ahead of its
// end by one fetch while the old one is still used, thrown away when the server refuses it.
class LivingToken : public Credential {
 public:
  LivingToken(std::string auth_type, std::unique_ptr<TokenSource> source);
  ~LivingToken() override;

  // The numbers of Databricks' SDKs.
  static constexpr milliseconds kLongestRefresh{20 * 60'000};  // before its end; half its life when that is less
  static constexpr milliseconds kTooShort{40'000};             // Azure refuses what ends within 30 s
  static constexpr milliseconds kPauseOfRefresh{60'000};       // after one that failed, while the old one is good

  // A secret that has worked and is refused now is being replaced, more likely than not: for so long its host has time
  // to hand the new one over, and watches wait instead of ending.
  static constexpr milliseconds kRotation{15 * 60'000};

  std::string auth_type() const override { return auth_type_; }
  std::string fingerprint() const override;
  Task<Result<Headers>> headers(Context& context) override;
  bool rejected(const Headers& given) override;
  std::optional<Instant> expires_at() const override;
  std::string refresh_token() const override { return source_->refresh_token(); }
  void close() override;

 private:
  bool is_alive(Instant now) const { return proof_ && now < dead_at_; }
  void begin_fetch(Loop& loop);
  Task<bool> round(Loop& loop);
  void keep(Loop& loop, Result<Proof> fetched);
  Fault as_far_as_known(Fault fault, Instant now);
  Status failed_lately(Instant now) const;
  Status too_late(const Status& stopped) const;
  void forget_proof();

  const std::string auth_type_;
  const std::unique_ptr<TokenSource> source_;

  std::optional<Proof> proof_;
  Instant refresh_at_{};
  Instant dead_at_{};
  std::optional<Instant> expires_at_;
  bool ever_worked_ = false;
  std::optional<Instant> refused_since_;  // by the issuer, after it had worked

  Status failure_;  // of the last round; ok after one that went well
  int failures_ = 0;
  Instant again_at_{};        // not before, unless the login changes
  std::string failed_as_;     // digest of who failed
  std::uint64_t rounds_ = 0;  // that are over

  Signal fetched_;
  // Destroying a task that waits ends it: no memory is needed for it and nobody has to hear of it.
  std::unique_ptr<Context> context_;
  std::optional<Task<bool>> fetching_;
  bool is_fetching_ = false;
};

}  // namespace brickwork
