// What compiles is a job, and a job compiles to itself, copied or handed over.
#include "fuzz/document.h"
#include "group/compile.h"

using brickwork::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto document = brickwork::fuzz::document(data, size);
  if (!document) return 0;
  // A document that lowers errors may compile to what is refused without them.
  const bool has_rules_of_its_own = document->is_object() && document->get_object().contains("lint");
  const auto first = brickwork::group::compile(*document);
  const auto moved = brickwork::group::compile(std::move(*document));
  require(first.ok() == moved.ok(), "a copy and a move differ");
  if (!first.ok()) return 0;
  require(first.value().digest == moved.value().digest, "a copy and a move differ in their digest");
  if (has_rules_of_its_own) return 0;
  const auto again = brickwork::group::compile(boost::json::value(first.value().settings));
  require(again.ok(), "settings do not compile");
  require(again.value().settings == first.value().settings, "settings do not compile to themselves");
  require(again.value().digest == first.value().digest, "settings have another digest than their group");
  return 0;
}
