#include "runs/launch/token.h"

#include "engine/sha256.h"

namespace brickwork::runs {

// All 64 hex digits, which is just what Databricks takes.
std::string keyed_token(std::string_view host, std::string_view name, std::string_view launch_key) {
  std::string seed;
  seed.append(host).append("|").append(name).append("|").append(launch_key);
  return sha256_hex(seed);
}

std::string chance_token(std::string_view host, std::uint64_t serial, Loop& loop) {
  std::string seed(host);
  seed += "|" + std::to_string(serial) + "|" + std::to_string(loop.unix_ms());
  for (int i = 0; i < 4; ++i) seed += "|" + std::to_string(static_cast<std::uint64_t>(loop.uniform() * 0x1p53));
  return sha256_hex(seed);
}

}  // namespace brickwork::runs
