#include "local/oidc/grants.h"

#include <algorithm>
#include <limits>
#include <span>

#include "local/http_text.h"
#include "local/oidc/texts.h"
#include "local/random_token.h"

namespace brickwork::local {
namespace {

constexpr const char* kSchema = R"(
create table if not exists oauth_refresh_tokens (
  digest blob primary key,
  family text not null,
  client_id text not null,
  user_id integer not null references principals on delete cascade,
  scopes text not null,
  expire_time integer not null,
  session_end integer not null,
  used integer not null
) without rowid;
create index if not exists oauth_refresh_tokens_of on oauth_refresh_tokens (family);
)";

constexpr std::int64_t kCodeMs = 60'000;
constexpr std::int64_t kWeekMs = 7LL * 86'400'000;
constexpr std::size_t kMostCodes = 10'000;

struct Token {
  std::string digest;
  std::string family;
  Grant grant;
  std::int64_t expire_time = 0;
  std::int64_t session_end = 0;
  bool used = false;
};

std::span<const std::byte> bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string new_refresh_token() { return "doau" + hexadecimal(random_bytes(16)); }

// Only where refresh tokens rotate has the whole session an end.
std::int64_t session_end_of(const App& app, std::int64_t now) {
  constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 2;
  return app.rotates_refresh_tokens() ? now + app.policy_ms("absolute_session_lifetime_in_minutes", kNever - now)
                                      : kNever;
}

std::int64_t expire_time_of(const App& app, std::int64_t now, std::int64_t session_end) {
  return std::min(session_end, now + app.policy_ms("refresh_token_ttl_in_minutes", kWeekMs));
}

void insert(Transaction& transaction, const Token& token) {
  transaction.run("insert into oauth_refresh_tokens values (?, ?, ?, ?, ?, ?, ?, 0)", bytes_of(token.digest),
                  token.family, token.grant.client_id, token.grant.user_id, scope_text(token.grant.scopes),
                  token.expire_time, token.session_end);
}

void end_family(Transaction& transaction, const std::string& family) {
  transaction.run("delete from oauth_refresh_tokens where family = ?", family);
}

}  // namespace

Grants::Grants(Store& store, std::function<std::int64_t()> now_ms) : store_(store), now_ms_(std::move(now_ms)) {
  store_.create(kSchema);
}

std::string Grants::create_code(CodeRequest request) {
  std::string code = "dcod" + hexadecimal(random_bytes(16));
  const std::int64_t now = now_ms_();
  const std::lock_guard lock(mutex_);
  std::erase_if(codes_, [&](const auto& entry) { return entry.second.expire_time <= now; });
  if (codes_.size() >= kMostCodes) codes_.clear();
  codes_[sha256(code)] = {std::move(request), new_request_id(), now + kCodeMs, false};
  return code;
}

std::optional<Grants::Redeemed> Grants::redeem(const std::string& code) {
  std::optional<Redeemed> redeemed;
  std::string family_of_used;
  {
    const std::lock_guard lock(mutex_);
    const auto found = codes_.find(sha256(code));
    if (found == codes_.end() || found->second.expire_time <= now_ms_()) return std::nullopt;
    if (found->second.used) family_of_used = found->second.family;
    if (!found->second.used) redeemed = Redeemed{found->second.request, found->second.family};
    found->second.used = true;
  }
  if (!family_of_used.empty()) {
    Transaction transaction(store_);
    end_family(transaction, family_of_used);
    transaction.commit();
  }
  return redeemed;
}

std::string Grants::create_refresh_token(const App& app, const Grant& grant, const std::string& family) {
  std::string value = new_refresh_token();
  const std::int64_t now = now_ms_();
  const std::int64_t session_end = session_end_of(app, now);
  Transaction transaction(store_);
  transaction.run("delete from oauth_refresh_tokens where expire_time <= ?", now);
  insert(transaction, {.digest = sha256(value),
                       .family = family,
                       .grant = grant,
                       .expire_time = expire_time_of(app, now, session_end),
                       .session_end = session_end});
  transaction.commit();
  return value;
}

std::optional<Grants::Refreshed> Grants::refresh(const App& app, const std::string& refresh_token) {
  const std::string digest = sha256(refresh_token);
  const std::int64_t now = now_ms_();
  Token token;
  Transaction transaction(store_);
  {
    Rows rows = transaction.query(
        "select family, user_id, scopes, expire_time, session_end, used from oauth_refresh_tokens "
        "where digest = ? and client_id = ? and expire_time > ?",
        bytes_of(digest), app.client_id, now);
    if (!rows.next()) return std::nullopt;
    token = {.digest = digest,
             .family = rows.text(0),
             .grant = {app.client_id, rows.integer(1), scopes_of(rows.text(2))},
             .expire_time = rows.integer(3),
             .session_end = rows.integer(4),
             .used = rows.integer(5) != 0};
  }
  if (token.used) {
    end_family(transaction, token.family);
    transaction.commit();
    return std::nullopt;
  }
  Refreshed refreshed{token.grant, refresh_token};
  if (app.rotates_refresh_tokens()) {
    transaction.run("update oauth_refresh_tokens set used = 1 where digest = ?", bytes_of(digest));
    refreshed.refresh_token = new_refresh_token();
    token.digest = sha256(refreshed.refresh_token);
    token.expire_time = expire_time_of(app, now, token.session_end);
    insert(transaction, token);
  }
  transaction.commit();
  return refreshed;
}

void Grants::end_all_of(const std::string& client_id) {
  Transaction transaction(store_);
  transaction.run("delete from oauth_refresh_tokens where client_id = ?", client_id);
  transaction.commit();
}

}  // namespace brickwork::local
