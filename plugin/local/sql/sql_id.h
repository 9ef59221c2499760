#pragma once

#include <string>

#include "local/random_token.h"

namespace brickwork::local {

// Statements, queries and alerts are named by UUIDs.
inline std::string new_sql_id() {
  const std::string digits = hexadecimal(random_bytes(16));
  return digits.substr(0, 8) + "-" + digits.substr(8, 4) + "-" + digits.substr(12, 4) + "-" + digits.substr(16, 4) +
         "-" + digits.substr(20);
}

}  // namespace brickwork::local
