#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "local/workspace.h"

namespace brickwork::local {

struct SecretMetadata {
  std::string key;
  std::int64_t last_updated_timestamp = 0;
};

// Secret scopes and their values, in a database of their own with mode 0600: backups and bug reports of the workspace's
// state.sqlite carry no secret.
class SecretStore {
 public:
  explicit SecretStore(Workspace& workspace);

  void create_scope(const std::string& scope);
  void delete_scope(const std::string& scope);
  std::vector<std::string> scopes();

  void put(const std::string& scope, const std::string& key, const std::string& value);
  void remove(const std::string& scope, const std::string& key);
  std::string value(const std::string& scope, const std::string& key);
  std::vector<SecretMetadata> list(const std::string& scope);
  std::vector<std::string> keys(const std::string& scope);

 private:
  void require_scope(Transaction& transaction, const std::string& scope);

  Store store_;
};

}  // namespace brickwork::local
