#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/store.h"

namespace brickwork::local {

// A secret of a service principal, for the client credentials grant. Only its SHA-256 is kept.
struct ClientSecret {
  std::string id;
  std::int64_t principal_id = 0;
  std::int64_t create_time = 0;
  std::int64_t expire_time = 0;
  std::string hash;                 // shown to admins; of no use to log in
  std::vector<std::string> scopes;  // a token cannot exceed them; empty: anything
};

// What may ask users to act for them. A custom app is an admin's; a published one is known to every workspace, and an
// admin can only set how long its tokens live.
struct App {
  std::string integration_id;  // empty for a published app that nobody configured
  std::string client_id;
  std::string app_id;  // of a published one
  std::string name;
  std::string description;
  bool confidential = false;
  std::vector<std::string> redirect_urls;
  std::vector<std::string> scopes;
  std::vector<std::string> user_authorized_scopes;
  boost::json::object token_access_policy;
  std::int64_t created_by = 0;
  std::int64_t create_time = 0;

  bool is_published() const { return !app_id.empty(); }
  // `name` of the token access policy, in milliseconds.
  std::int64_t policy_ms(std::string_view name, std::int64_t otherwise) const;
  bool rotates_refresh_tokens() const;
  // Exactly one of its own; a published app may listen on any port of this machine (RFC 8252, 7.3).
  bool may_redirect_to(const std::string& address) const;
};

const std::vector<App>& published_apps();

// Everything that identifies itself at the token endpoint, but for users.
class ClientRecords {
 public:
  ClientRecords(Store& store, std::function<std::int64_t()> now_ms);

  struct NewSecret {
    std::string value;  // the only time that anybody sees it
    ClientSecret info;
  };
  NewSecret create_secret(std::int64_t principal_id, std::int64_t lifetime_ms, std::vector<std::string> scopes);
  std::vector<ClientSecret> secrets(std::int64_t principal_id);
  bool delete_secret(std::int64_t principal_id, const std::string& id);
  // The secret of that principal that has this value and has not ended.
  std::optional<ClientSecret> valid_secret(std::int64_t principal_id, const std::string& value);

  // Answers the app's secret: empty unless it is confidential.
  std::string create_app(App& app);
  void update_app(const App& app);
  bool delete_app(const std::string& integration_id);
  std::vector<App> integrations(bool published);
  std::optional<App> app_of_client(const std::string& client_id);
  bool is_secret_of_app(const App& app, const std::string& value);

 private:
  Store& store_;
  std::function<std::int64_t()> now_ms_;
};

}  // namespace brickwork::local
