// leaver LIBRARY URL return|exit|_exit|dlclose: starts 50 operations and ends with all of them in flight.

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "abi/library.h"

using namespace brickwork::abi_test;

#ifdef __SANITIZE_ADDRESS__
// What it leaves behind is the point.
extern "C" __attribute__((visibility("default"))) const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

int main(int, char** arguments) {
  const std::string_view how = arguments[3];
  auto* library = new Library(arguments[1]);
  const bw_api& table = *library->table();
  Client client(table, connection_to(arguments[2]));
  for (int i = 0; i < 50; ++i) client.start(BW_REST, R"({"path": "/wait"})");
  if (call(table, client.get(), spec_of(BW_GROUP_LINT, R"({"group": {}})")).status != BW_OK) return 3;
  client.release();
  if (how == "dlclose") delete library;
  if (how == "exit") std::exit(0);
  if (how == "_exit") _exit(0);
  return 0;
}
