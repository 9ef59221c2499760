#include "local/oidc/oidc.h"

#include "local/http_text.h"
#include "local/oidc/access_tokens.h"
#include "local/oidc/parts.h"

namespace brickwork::local {
namespace {

// Made once; clients write it into their configuration.
std::string account_id_of(Store& store) {
  store.create("create table if not exists account (account_id text primary key)");
  Transaction transaction(store);
  {
    Rows rows = transaction.query("select account_id from account");
    if (rows.next()) return rows.text(0);
  }
  std::string id = new_request_id();
  transaction.run("insert into account values (?)", id);
  transaction.commit();
  return id;
}

}  // namespace

Oidc::Oidc(Router& router, Workspace& workspace, UserStore& users, std::function<std::int64_t()> now_ms,
           OidcOptions options)
    : parts_(new Parts{workspace,
                       users,
                       now_ms,
                       std::chrono::milliseconds(options.access_token_lifetime).count(),
                       account_id_of(workspace.store),
                       SigningKey(workspace.state_dir / "oidc.key"),
                       {workspace.store, now_ms},
                       {workspace.store, now_ms},
                       {workspace.store, now_ms},
                       {std::move(options.fetch), now_ms}}) {
  users.take_access_tokens([this](std::string_view token) { return read_access_token(parts_->key, token); });
  add_discovery(router, *parts_);
  add_token_endpoint(router, *parts_);
  add_authorization(router, *parts_);
  add_accounts(router, *parts_);
  add_app_integrations(router, *parts_);
  add_federation_policies(router, *parts_);
}

Oidc::~Oidc() { parts_->users.take_access_tokens(nullptr); }

const std::string& Oidc::account_id() const { return parts_->account_id; }

}  // namespace brickwork::local
