#include "documents.h"

namespace brickwork::cli {
namespace {

void write(const json::value& value, std::string& out, std::string indent) {
  const std::string inner = indent + "  ";
  const char* separator = "\n";
  if (value.is_object() && !value.get_object().empty()) {
    out += '{';
    for (const auto& member : value.get_object()) {
      out += separator + inner + json::serialize(member.key()) + ": ";
      write(member.value(), out, inner);
      separator = ",\n";
    }
    out += "\n" + indent + "}";
  } else if (value.is_array() && !value.get_array().empty()) {
    out += '[';
    for (const json::value& element : value.get_array()) {
      out += separator + inner;
      write(element, out, inner);
      separator = ",\n";
    }
    out += "\n" + indent + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string pretty(const json::value& value) {
  std::string out;
  write(value, out, "");
  return out;
}

}  // namespace brickwork::cli
