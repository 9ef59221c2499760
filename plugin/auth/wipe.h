#pragma once

#include <openssl/crypto.h>

#include <boost/json.hpp>
#include <string>

namespace brickwork {

inline void wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

inline void wipe(boost::json::value& document);

// Every text in it.
inline void wipe(boost::json::object& members) {
  for (auto& member : members) wipe(member.value());
}

inline void wipe(boost::json::value& document) {
  if (boost::json::string* text = document.if_string()) {
    OPENSSL_cleanse(text->data(), text->size());
  } else if (boost::json::array* items = document.if_array()) {
    for (boost::json::value& item : *items) wipe(item);
  } else if (boost::json::object* members = document.if_object()) {
    wipe(*members);
  }
}

}  // namespace brickwork
