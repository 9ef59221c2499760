#include "auth/scopes.h"

#include <set>

namespace brickwork {

std::string scopes_of(const Login& login) {
  std::set<std::string> scopes;
  std::string scope;
  for (const char c : login.value("scopes") + ",") {
    if (c != ',' && c != ' ') {
      scope += c;
    } else if (!scope.empty()) {
      scopes.insert(std::move(scope));
      scope.clear();
    }
  }
  std::string text;
  for (const std::string& each : scopes) text.append(text.empty() ? "" : " ").append(each);
  return text.empty() ? "all-apis" : text;
}

}  // namespace brickwork
