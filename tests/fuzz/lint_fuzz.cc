// Any document is answered, always in the same way, and every finding points to a place that is there.
#include "fuzz/document.h"
#include "group/compile.h"

using brickwork::Finding;
using brickwork::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = brickwork::fuzz::document(data, size);
  if (!document) return 0;
  const std::vector<Finding> findings = brickwork::group::lint(*document);
  bool has_errors = false;
  for (const Finding& finding : findings) {
    has_errors = has_errors || finding.severity == Finding::Severity::kError;
    require(!finding.rule.empty() && !finding.message.empty() && !finding.fix.empty(), "a finding says nothing");
    boost::system::error_code missing;
    require(document->find_pointer(finding.pointer, missing) != nullptr, "a finding points nowhere");
  }
  require(brickwork::group::compile(*document).ok() == !has_errors, "lint and compile disagree");
  return 0;
}
