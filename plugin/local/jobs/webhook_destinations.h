#pragma once

#include <optional>
#include <string>

#include "local/router.h"
#include "local/store.h"

namespace brickwork::local {

struct WebhookDestination {
  std::string url;  // empty for a kind of destination that is kept and never called
  std::string user_name;
  std::string password;
};

// /api/2.0/notification-destinations: create, get, list, update, delete. Passwords and secret URLs are never shown.
void add_webhook_destinations(Router& router, Store& store);
std::optional<WebhookDestination> webhook_destination(Store& store, const std::string& id);

}  // namespace brickwork::local
