#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "local/resources/secret_cipher.h"
#include "local/router.h"
#include "local/store.h"

namespace brickwork::local {

struct WebhookDestination {
  std::string url;  // empty for a kind of destination that is kept and never called
  std::string user_name;
  std::string password;
};

// /api/2.0/notification-destinations: create, get, list, update, delete. Passwords and secret URLs are never shown, and
// lie in the database as secrets do. Any thread may call.
class WebhookDestinations {
 public:
  WebhookDestinations(Store& store, const std::filesystem::path& key_file);

  void add_routes(Router& router);
  std::optional<WebhookDestination> find(const std::string& id);

 private:
  struct Stored {
    std::string name;
    boost::json::object config;
  };
  void seal_old_rows();
  boost::json::object opened(const Rows& rows, int column, const std::string& id) const;
  std::optional<Stored> read(const std::string& id);
  Stored existing(const std::string& id);
  void save(const std::string& id, const Stored& stored);
  Response create(const Request& request);
  Response update(const Request& request);
  Response get(const Request& request);
  Response list();
  Response remove(const Request& request);

  Store& store_;
  SecretCipher cipher_;
};

}  // namespace brickwork::local
