#include "auth/scopes.h"

namespace brickwork {

std::string scopes_of(const Login& login) {
  std::string scopes;
  bool pending_blank = false;
  for (const char c : login.value("scopes")) {
    if (c == ',' || c == ' ') {
      pending_blank = !scopes.empty();
      continue;
    }
    if (pending_blank) scopes += ' ';
    pending_blank = false;
    scopes += c;
  }
  return scopes.empty() ? "all-apis" : scopes;
}

}  // namespace brickwork
