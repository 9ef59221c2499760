// memory LIBRARY CONFIG TIMEOUT_MS: a host that hands over secrets, asks the workspace, closes its client, and looks
// through all of its own memory for what must not be left, as whoever gets a core file would.
//
// Everything secret comes masked, as hexadecimal digits of its bytes XOR 0x5a, so that only the library has it plainly.
// In: lines "NAME MASKED", an empty line. Out: "asked STATUS". In: lines "MASKED", an empty line. Out: how often each
// of them was found before and after the client was closed, two numbers a line.

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "brickwork/plugin.h"

namespace {

constexpr unsigned char kMask = 0x5a;
constexpr std::size_t kLongest = 8192;

std::string bytes_of(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

struct Piece {
  unsigned long begin, end;
};

std::vector<Piece> writable_memory() {
  std::vector<Piece> pieces;
  std::FILE* maps = std::fopen("/proc/self/maps", "r");
  char line[1024];
  while (std::fgets(line, sizeof line, maps) != nullptr) {
    Piece piece{};
    char rights[8];
    if (std::sscanf(line, "%lx-%lx %7s", &piece.begin, &piece.end, rights) == 3 && rights[1] == 'w')
      pieces.push_back(piece);
  }
  std::fclose(maps);
  return pieces;
}

// How often the text behind the mask stands in `memory`.
std::size_t count(const std::vector<char>& memory, const std::string& masked) {
  std::size_t found = 0;
  const auto same = [](char plain, char hidden) { return static_cast<char>(plain ^ kMask) == hidden; };
  for (auto at = memory.begin();; ++at, ++found) {
    at = std::search(at, memory.end(), masked.begin(), masked.end(), same);
    if (at == memory.end()) return found;
  }
}

std::vector<std::size_t> look(const std::vector<std::string>& masked) {
  std::vector<std::size_t> found(masked.size());
  const int memory = open("/proc/self/mem", O_RDONLY);
  for (const Piece& piece : writable_memory()) {
    std::vector<char> copy(piece.end - piece.begin);
    const ssize_t size = pread(memory, copy.data(), copy.size(), static_cast<off_t>(piece.begin));
    copy.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    for (std::size_t i = 0; i < masked.size(); ++i) found[i] += count(copy, masked[i]);
    std::fill(copy.begin(), copy.end(), '\0');  // or the next piece would find what this one had
  }
  close(memory);
  return found;
}

void hand_over(const bw_api& api, bw_client* client, const std::string& name, const std::string& masked) {
  static char plain[kLongest];
  const std::size_t size = std::min(masked.size(), kLongest);
  for (std::size_t i = 0; i < size; ++i) plain[i] = static_cast<char>(masked[i] ^ kMask);
  if (api.client_set_secret(client, name.c_str(), plain, size, 0, nullptr) != BW_OK) std::exit(3);
  explicit_bzero(plain, sizeof plain);
}

bw_status ask(const bw_api& api, bw_client* client, std::int64_t timeout_ms) {
  constexpr const char* kBody = R"({"path": "/api/2.0/memory"})";
  bw_op_spec spec{};
  spec.struct_size = sizeof spec;
  spec.verb = BW_REST;
  spec.timeout_ms = timeout_ms;
  spec.body = {kBody, std::strlen(kBody)};
  bw_bytes answer{};
  bw_error* error = nullptr;
  const bw_status status = api.call(client, &spec, &answer, &error);
  api.bytes_free(&answer);
  api.error_free(error);
  return status;
}

}  // namespace

int main(int, char** arguments) {
  void* library = dlopen(arguments[1], RTLD_NOW);
  if (library == nullptr) return 2;
  const auto entry = reinterpret_cast<const bw_api* (*)(std::uint32_t)>(dlsym(library, "bw_plugin_api"));
  const bw_api& api = *entry(BW_ABI_MAJOR);
  bw_open open{};
  open.struct_size = sizeof open;
  open.config = {arguments[2], std::strlen(arguments[2])};
  bw_client* client = nullptr;
  if (api.client_open(&open, &client, nullptr) != BW_OK) return 3;

  std::string name, digits;
  while (std::getline(std::cin, name) && !name.empty()) {
    const std::size_t blank = name.find(' ');
    hand_over(api, client, name.substr(0, blank), bytes_of(name.substr(blank + 1)));
  }
  const bw_status status = ask(api, client, std::atoi(arguments[3]));
  std::cout << "asked " << status << std::endl;
  std::vector<std::string> masked;
  while (std::getline(std::cin, digits) && !digits.empty()) masked.push_back(bytes_of(digits));
  std::vector<std::size_t> held = look(masked);
  api.client_close(client);
  std::vector<std::size_t> left = look(masked);
  for (std::size_t i = 0; i < masked.size(); ++i) std::cout << held[i] << " " << left[i] << "\n";
  return 0;
}
