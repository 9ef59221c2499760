// Compiled with -fno-exceptions -fno-rtti as C++17: the whole of brickwork.hpp without a throw. Its exit status says
// whether it worked; with an argument it asks a failed result for its value, and 0 then means that this aborted.
#include <brickwork/brickwork.hpp>
#include <csignal>

#include "fake_table.h"

#if defined(__cpp_exceptions)
#error this file shows that the header needs no exceptions
#endif

int main(int argc, char**) {
  using namespace brickwork;
  Result<Library> library = Library::from_table(&fake::table());
  if (!library) return 1;
  Result<Client> client = Client::open(library.value(), {R"({"host":"https://example"})"});
  if (!client || fake::script().config != R"({"host":"https://example"})") return 2;
  if (!client.value().set_secret("token", "not shown")) return 3;
  Result<Operation> operation = client.value().start(BW_AUTH_CHECK, "{}", 9);
  if (!operation || !operation.value().take() || !client.value().drain() || !client.value().take_log()) return 4;
  if (client.value().event_fd().value() != 7) return 5;
  if (argc == 1) return 0;
  std::signal(SIGABRT, [](int) { std::_Exit(0); });
  (void)Library::load("/nowhere").value();
  return 6;
}
