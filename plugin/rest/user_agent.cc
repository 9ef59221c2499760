#include "rest/user_agent.h"

#include "engine/version.h"

namespace brickwork {

std::string user_agent(std::string_view host_scheduler, std::string_view auth_type) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/ ";
  constexpr std::size_t kLongest = 200;
  std::string agent(host_scheduler.substr(0, kLongest));
  for (char& c : agent)
    if (kAllowed.find(c) == kAllowed.npos) c = '_';
  if (!agent.empty()) agent += ' ';
  agent += std::string("brickwork/") + version() + " lang/cpp os/linux auth/";
  return agent.append(auth_type);
}

}  // namespace brickwork
