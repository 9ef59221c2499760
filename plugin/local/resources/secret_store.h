#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "local/caller.h"
#include "local/resources/secret_cipher.h"
#include "local/workspace.h"

namespace brickwork::local {

struct SecretMetadata {
  std::string key;
  std::int64_t last_updated_timestamp = 0;
};

// On a scope; each allows what the one before it does.
enum class SecretPermission { kNone, kRead, kWrite, kManage };

struct SecretAcl {
  std::string principal;  // the name of a user, a service principal or a group
  SecretPermission permission = SecretPermission::kNone;
};

// Secret scopes, who may use them, and their values, in a database of their own with mode 0600: backups and bug reports
// of the workspace's state.sqlite carry no secret. The values are encrypted with the key in secrets.key beside it.
class SecretStore {
 public:
  explicit SecretStore(Workspace& workspace);

  void create_scope(const std::string& scope, const std::string& manager);
  void delete_scope(const std::string& scope);
  std::vector<std::string> scopes();

  void put(const std::string& scope, const std::string& key, const std::string& value);
  void remove(const std::string& scope, const std::string& key);
  std::string value(const std::string& scope, const std::string& key);
  std::vector<SecretMetadata> list(const std::string& scope);
  std::vector<std::string> keys(const std::string& scope);

  void put_acl(const std::string& scope, const SecretAcl& acl);
  void remove_acl(const std::string& scope, const std::string& principal);
  std::vector<SecretAcl> acls(const std::string& scope);
  SecretPermission permission(const Caller& caller, const std::string& scope);
  // PERMISSION_DENIED unless the caller has it; a scope that is not there is RESOURCE_DOES_NOT_EXIST for everybody, as
  // the names of scopes are no secret.
  void require(const Caller& caller, const std::string& scope, SecretPermission needed);
  // A cluster shows its code the secrets that its settings name as {{secrets/scope/key}}, so whoever makes it must be
  // allowed to read them.
  void require_named_in(const boost::json::object& cluster, const Caller& caller);

 private:
  void encrypt_old_values();
  void require_scope(Transaction& transaction, const std::string& scope);

  Store store_;
  SecretCipher cipher_;
};

}  // namespace brickwork::local
