// A job that is imported compiles to itself again: import compares the two and calls a difference INTERNAL.
#include "fuzz/document.h"
#include "group/compile.h"
#include "group/import.h"

using brickwork::Code;
using brickwork::fuzz::require;
namespace group = brickwork::group;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto document = brickwork::fuzz::document(data, size);
  if (!document) return 0;
  // A group is a job once it is compiled, so each good input is tried.
  auto compiled = group::compile(*document);
  if (compiled.ok()) {
    const auto imported = group::import_settings(boost::json::value(compiled.value().settings));
    require(imported.status().code() != Code::kInternal, "the import of a compiled group is another job");
    require(!imported.ok() || imported.value().digest == compiled.value().digest, "the import has another digest");
  }
  const auto imported = group::import_settings(std::move(*document));
  require(imported.ok() || imported.status().code() == Code::kInvalidArgument, "the import is another job");
  return 0;
}
