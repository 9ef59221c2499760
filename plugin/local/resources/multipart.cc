#include "local/resources/multipart.h"

#include "local/api_error.h"

namespace brickwork::local {
namespace {

std::string content_type(const Request& request) {
  const auto found = request.headers.find("content-type");
  return found == request.headers.end() ? "" : found->second;
}

std::string parameter(const std::string& header, const std::string& name) {
  const std::size_t at = header.find(name + "=");
  if (at == std::string::npos) return "";
  std::string value = header.substr(at + name.size() + 1);
  if (!value.empty() && value[0] == '"') return value.substr(1, value.find('"', 1) - 1);
  return value.substr(0, value.find_first_of("; \r\n"));
}

FormPart part_of(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  if (end == std::string::npos) throw malformed_request("a part of the form has no headers");
  const std::string headers = text.substr(0, end);
  // "filename=" contains "name=" too: it is looked for with the blank before it.
  return {parameter(headers, " name"), parameter(headers, " filename"), text.substr(end + 4)};
}

}  // namespace

bool is_form(const Request& request) { return content_type(request).starts_with("multipart/form-data"); }

std::vector<FormPart> form_parts(const Request& request) {
  const std::string boundary = "--" + parameter(content_type(request), "boundary");
  std::vector<FormPart> parts;
  std::size_t start = request.body.find(boundary);
  if (boundary.size() == 2 || start == std::string::npos) throw malformed_request("the form has no boundary");
  while (true) {
    start += boundary.size();
    if (request.body.compare(start, 2, "--") == 0) return parts;
    const std::size_t next = request.body.find("\r\n" + boundary, start);
    if (next == std::string::npos || next < start + 2) throw malformed_request("the form is cut off");
    parts.push_back(part_of(request.body.substr(start + 2, next - start - 2)));
    start = next + 2;
  }
}

}  // namespace brickwork::local
