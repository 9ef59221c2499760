#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace brickwork::group {

// The inside of {{...}} as Databricks reads it: parts between dots; what stands in backticks is one part.
using ReferencePath = std::vector<std::string_view>;

// One place of a text that is a reference, or was meant to be one.
struct DynamicReference {
  std::string_view text;  // without braces; of a malformed one, with what is wrong
  ReferencePath path;     // empty when the braces are malformed
};

// All of them in their order. Braces around something else ("{{ ref('model') }}", {"a": 1}) are text of somebody
// else, and so is an opening without an end, unless what follows is a name of Databricks.
std::vector<DynamicReference> dynamic_references(std::string_view text);

// A first part that Databricks knows: "job", "tasks", "run_id" of the older form.
bool is_reference_namespace(std::string_view first);

// Whether Databricks has a value of that name; asked of known namespaces only. What it may learn tomorrow (other
// triggers) passes.
bool is_known_reference(const ReferencePath& path);

// The known reference that the path is a slip of the pen away from, or nothing.
std::string nearest_reference(const ReferencePath& path);

}  // namespace brickwork::group
