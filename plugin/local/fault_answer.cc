#include "local/fault_answer.h"

#include <algorithm>

#include "local/http_text.h"

namespace brickwork::local {

Response injected_response(const Fault& fault, std::string_view request_id) {
  const std::string_view code = fault.error_code.empty() ? error_code_for(fault.status) : fault.error_code;
  Response response = error_response(fault.status, code, fault.message, request_id);
  if (fault.body) response.body = *fault.body;
  response.content_type = fault.content_type;
  if (fault.retry_after) response.headers.emplace_back("Retry-After", *fault.retry_after);
  return response;
}

std::string injected_bytes(const Fault& fault, const Response& response, std::string_view request_id) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) +
                     " Injected\r\nContent-Type: " + response.content_type +
                     "\r\nContent-Length: " + std::to_string(response.body.size()) +
                     "\r\nConnection: close\r\nx-request-id: " + std::string(request_id) + "\r\n";
  for (const auto& [name, value] : response.headers) head.append(name).append(": ").append(value).append("\r\n");
  const std::size_t size = fault.kind == Fault::Kind::kTruncate
                               ? std::min<std::size_t>(fault.bytes, response.body.size())
                               : response.body.size();
  return head + "\r\n" + response.body.substr(0, size);
}

}  // namespace brickwork::local
