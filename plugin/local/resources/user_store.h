#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "local/caller.h"
#include "local/store.h"

namespace brickwork::local {

enum class PrincipalKind { kUser, kServicePrincipal, kGroup };

struct Principal {
  std::int64_t id = 0;
  PrincipalKind kind = PrincipalKind::kUser;
  std::string name;  // userName, applicationId or a group's displayName; case does not tell two of them apart
  bool active = true;
  boost::json::object document;  // what SCIM clients wrote and we have no use for: name, emails, entitlements, ...
};

struct TokenInfo {
  std::string token_id;
  std::int64_t user_id = 0;
  std::string comment;
  std::int64_t creation_time = 0;
  std::int64_t expiry_time = -1;  // -1: never, as Databricks writes it
};

// Who an access token stands for that this store did not give out.
struct AccessGrant {
  std::int64_t user_id = 0;
  std::int64_t expires_at = 0;
  std::vector<std::string> scopes;
};

// Users, service principals, groups and tokens. A token is stored as its SHA-256 only: it is 128 random bits, so there
// is nothing to guess from a digest and no need for a slow one.
class UserStore {
 public:
  UserStore(Store& store, std::function<std::int64_t()> now_ms);

  // The admin whose token lies in the token file. The token of an earlier file ends here.
  void set_owner(const std::string& user_name, const std::string& token);
  // A token that somebody chose, as in a file of users. Nothing happens when the user has it already.
  void add_token(std::int64_t user_id, const std::string& token, const std::string& comment);
  // For the tasks of a user: known as long as this process lives, and written nowhere. Empty for a name that nobody
  // has.
  std::string task_token(const std::string& user_name);

  // Asked about every token that is none of ours; nothing for one that it does not know either. Called from any thread.
  using AccessTokens = std::function<std::optional<AccessGrant>(std::string_view token)>;
  void take_access_tokens(AccessTokens read) { access_tokens_ = std::move(read); }

  std::optional<Caller> authenticate(std::string_view token);
  std::optional<Caller> caller_named(const std::string& user_name);

  // RESOURCE_ALREADY_EXISTS for a name that another one of its kind has.
  Principal create(PrincipalKind kind, const std::string& name, boost::json::object document, bool active = true);
  void update(const Principal& principal);
  bool remove(PrincipalKind kind, std::int64_t id);
  std::optional<Principal> find(PrincipalKind kind, std::int64_t id);
  std::optional<Principal> find_named(PrincipalKind kind, const std::string& name);
  std::optional<Principal> find_any(std::int64_t id);
  std::vector<Principal> list(PrincipalKind kind);

  std::vector<Principal> members(std::int64_t group_id);
  std::vector<Principal> groups_of(std::int64_t member_id);  // only those that it is in directly
  void add_member(std::int64_t group_id, std::int64_t member_id);
  void remove_member(std::int64_t group_id, std::int64_t member_id);

  struct NewToken {
    std::string value;  // the only time that anybody sees it
    TokenInfo info;
  };
  NewToken create_token(std::int64_t user_id, const std::string& comment, std::optional<std::int64_t> lifetime_seconds);
  std::vector<TokenInfo> tokens();
  bool revoke(const std::string& token_id);

 private:
  struct Login {
    Caller caller;
    std::int64_t expires_at = -1;
  };
  std::vector<Principal> query(const std::string& condition, std::int64_t value);
  std::optional<Login> look_up(std::string_view token, const std::string& digest);
  std::optional<AccessGrant> granted_by(std::string_view token, const std::string& digest);
  Caller caller_of(const Principal& principal);
  void insert_token(const TokenInfo& info, const std::string& value);
  void forget_logins();

  Store& store_;
  std::function<std::int64_t()> now_ms_;
  AccessTokens access_tokens_;
  // Every request logs in; without these each would cost several queries. Emptied by every change.
  std::mutex mutex_;
  std::map<std::string, Login> logins_;  // by the token's digest
  std::uint64_t changes_ = 0;
  std::map<std::string, std::string> task_tokens_;         // user name -> token
  std::map<std::string, std::string> task_token_digests_;  // digest -> user name
};

}  // namespace brickwork::local
