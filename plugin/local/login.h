#pragma once

#include <optional>

#include "local/resources/user_store.h"
#include "local/router.h"

namespace brickwork::local {

// Finds out who sends a request.
class Login {
 public:
  // `basic`: user and password are taken too, the password being one of the user's tokens.
  Login(UserStore& users, bool basic) : users_(users), basic_(basic) {}

  // Fills `request.caller`, or says why not.
  std::optional<Response> refusal(Request& request) const;

 private:
  std::optional<Caller> caller_of(const std::string& authorization) const;

  UserStore& users_;
  bool basic_;
};

}  // namespace brickwork::local
