#include "rest/api_error.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "rest/retry_after.h"

namespace brickwork {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestMessage = 4000;

constexpr std::pair<std::string_view, Code> kCodes[] = {
    {"INVALID_PARAMETER_VALUE", Code::kInvalidArgument},
    {"INVALID_ARGUMENT", Code::kInvalidArgument},
    {"MALFORMED_REQUEST", Code::kInvalidArgument},
    {"BAD_REQUEST", Code::kInvalidArgument},
    {"MAX_BLOCK_SIZE_EXCEEDED", Code::kInvalidArgument},
    {"INVALID_STATE", Code::kFailedPrecondition},
    {"FAILED_PRECONDITION", Code::kFailedPrecondition},
    {"FEATURE_DISABLED", Code::kFailedPrecondition},
    {"RESOURCE_DOES_NOT_EXIST", Code::kNotFound},
    {"NOT_FOUND", Code::kNotFound},
    {"ENDPOINT_NOT_FOUND", Code::kNotFound},
    {"DIRECTORY_NOT_EMPTY", Code::kFailedPrecondition},
    {"PERMISSION_DENIED", Code::kPermissionDenied},
    {"UNAUTHENTICATED", Code::kUnauthenticated},
    {"UNAUTHORIZED", Code::kUnauthenticated},
    {"ALREADY_EXISTS", Code::kAlreadyExists},
    {"RESOURCE_ALREADY_EXISTS", Code::kAlreadyExists},
    {"ABORTED", Code::kAborted},
    {"CONFLICT", Code::kAborted},
    {"RESOURCE_CONFLICT", Code::kAborted},
    {"RESOURCE_EXHAUSTED", Code::kResourceExhausted},
    {"REQUEST_LIMIT_EXCEEDED", Code::kResourceExhausted},
    {"QUOTA_EXCEEDED", Code::kResourceExhausted},
    {"WORKSPACE_RUN_LIMIT_EXCEEDED", Code::kResourceExhausted},
    {"CANCELLED", Code::kAborted},  // by the server; CANCELLED is what the host itself asked for
    {"OUT_OF_RANGE", Code::kOutOfRange},
    {"NOT_IMPLEMENTED", Code::kUnimplemented},
    {"UNIMPLEMENTED", Code::kUnimplemented},
    {"INTERNAL_ERROR", Code::kInternal},
    {"INTERNAL", Code::kInternal},
    {"UNKNOWN", Code::kUnknown},
    {"DATA_LOSS", Code::kDataLoss},
    {"TEMPORARILY_UNAVAILABLE", Code::kUnavailable},
    {"SERVICE_UNDER_MAINTENANCE", Code::kUnavailable},
    {"UNAVAILABLE", Code::kUnavailable},
    {"DEADLINE_EXCEEDED", Code::kUnavailable},  // the server's own; ours is the operation's deadline
};

Code code_of_status(int http_status) {
  switch (http_status) {
    case 401:
      return Code::kUnauthenticated;
    case 403:
      return Code::kPermissionDenied;
    case 404:
    case 410:
      return Code::kNotFound;
    case 405:
    case 501:
      return Code::kUnimplemented;
    case 409:
    case 499:
      return Code::kAborted;
    case 412:
      return Code::kFailedPrecondition;
    case 416:
      return Code::kOutOfRange;
    case 429:
      return Code::kResourceExhausted;
    case 408:
    case 502:
    case 503:
    case 504:
      return Code::kUnavailable;
    default:
      if (http_status >= 300 && http_status < 400) return Code::kFailedPrecondition;
      if (http_status >= 400 && http_status < 500) return Code::kInvalidArgument;
      return http_status >= 500 ? Code::kInternal : Code::kUnknown;
  }
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value) return {};
  if (const json::string* text = value->if_string()) return std::string(*text);
  if (value->is_int64() || value->is_uint64()) return json::serialize(*value);  // error_code as a number
  return {};
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// {error_code, message, details}; {error[, error_description]}; {error: {code, message}}; {detail, scimType}.
void read_object(const json::object& body, Fault& fault, std::int64_t unix_ms) {
  fault.error_code = text_at(body, "error_code");
  fault.message = text_at(body, "message");
  if (fault.message.empty()) fault.message = text_at(body, "error_description");
  if (fault.message.empty()) fault.message = text_at(body, "error");
  if (const json::value* error = body.if_contains("error"); fault.message.empty() && error && error->is_object()) {
    fault.message = text_at(error->get_object(), "message");
    if (fault.error_code.empty()) fault.error_code = text_at(error->get_object(), "code");
  }
  if (fault.message.empty()) {
    fault.message = text_at(body, "detail");
    if (fault.error_code.empty()) fault.error_code = text_at(body, "scimType");
  }
  const json::value* details = body.if_contains("details");
  if (!details || !details->is_array()) return;
  for (const json::value& detail : details->get_array()) {
    if (!detail.is_object()) continue;
    const std::string type = text_at(detail.get_object(), "@type");
    if (ends_with(type, "RequestInfo") && fault.request_id.empty()) {
      fault.request_id = text_at(detail.get_object(), "request_id");
    }
    if (ends_with(type, "RetryInfo") && !fault.retry_after) {  // "3s", as protobuf writes a duration
      std::string delay = text_at(detail.get_object(), "retry_delay");
      if (ends_with(delay, "s")) delay.pop_back();
      fault.retry_after = parse_retry_after(delay.substr(0, delay.find('.')), unix_ms);
    }
  }
}

bool is_code_word(std::string_view text) {
  return text.size() > 2 && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == text.npos;
}

// "CODE: message", an HTML page with its reason in <pre>, or any other text.
void read_text(std::string_view body, Fault& fault) {
  const std::size_t pre = body.find("<pre>");
  if (pre != body.npos) {
    body = body.substr(pre + 5);
    body = body.substr(0, body.find("</pre>"));
  } else if (const std::size_t title = body.find("<title>"); title != body.npos) {
    body = body.substr(title + 7);
    body = body.substr(0, body.find("</title>"));
  }
  if (const std::size_t colon = body.find(": "); colon != body.npos && is_code_word(body.substr(0, colon))) {
    fault.error_code = body.substr(0, colon);
    body = body.substr(colon + 2);
  }
  const std::size_t begin = body.find_first_not_of(" \t\r\n");
  if (begin == body.npos) return;
  fault.message = body.substr(begin, body.find_last_not_of(" \t\r\n") - begin + 1);
}

// An unknown job is "400 INVALID_PARAMETER_VALUE: Job 1 does not exist." The same words about something that a new job
// would refer to are a fault of the document.
bool names_what_is_missing(std::string_view path, const Fault& fault) {
  if (fault.http_status != 400 || (fault.error_code != "INVALID_PARAMETER_VALUE" && !fault.error_code.empty()))
    return false;
  if (ends_with(path, "/create") || ends_with(path, "/submit")) return false;
  return fault.message.find("does not exist") != fault.message.npos ||
         fault.message.find("doesn't exist") != fault.message.npos;
}

Code code_of(std::string_view path, const Fault& fault) {
  if (names_what_is_missing(path, fault)) return Code::kNotFound;
  for (const auto& [word, code] : kCodes)
    if (word == fault.error_code) return code;
  return code_of_status(fault.http_status);
}

void read_redirect(const HttpResponse& response, Fault& fault) {
  const std::string_view to = response.header("location").value_or("");
  if (to.find("private-link-validation-error") != to.npos) {
    fault.code = Code::kPermissionDenied;
    fault.message = "this workspace can be reached by private link only";
    return;
  }
  fault.message = "redirected to " + std::string(to.substr(0, to.find('?'))) +
                  "; is the host the address of a Databricks workspace?";
}

// How many bytes the character of UTF-8 at `at` has; 0 when there is none.
std::size_t character_at(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t size = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first >= 0x80 && (first < 0xC2 || first > 0xF4 || at + size > text.size())) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
  return size;
}

// Whatever bytes a proxy sent: the message of an error is shown, logged and put into JSON.
std::string presentable(std::string_view text) {
  std::string clean;
  for (std::size_t at = 0; at < text.size();) {
    if (clean.size() >= kLongestMessage) return clean + " ...";
    const std::size_t size = character_at(text, at);
    const bool control = static_cast<unsigned char>(text[at]) < ' ' && text[at] != '\n' && text[at] != '\t';
    if (size == 0 || control) {
      clean += control ? ' ' : '?';
      ++at;
    } else {
      clean += text.substr(at, size);
      at += size;
    }
  }
  return clean;
}

}  // namespace

Result<json::value> parse_answer(std::string_view text) {
  constexpr std::size_t kDeepest = 100;
  if (text.find_first_not_of(" \t\r\n") == text.npos) return json::value();
  json::parse_options options;
  options.max_depth = kDeepest;
  json::error_code error;
  json::parser parser({}, options);
  const std::size_t read = parser.write_some(text.data(), text.size(), error);
  if (!error && read < text.size() && text.find_first_not_of(" \t\r\n", read) != text.npos)
    error = json::error::extra_data;
  if (error) {
    return failure(Code::kInternal, "the answer is not valid JSON (" + error.message() + " at byte " +
                                        std::to_string(read) + " of " + std::to_string(text.size()) + ")");
  }
  return parser.release();
}

Fault read_api_error(std::string_view method, std::string_view path, const HttpResponse& response,
                     std::int64_t unix_ms) {
  Fault fault;
  fault.operation = std::string(method) + " " + std::string(path);
  fault.http_status = response.status;
  fault.request_id = response.header("x-request-id").value_or("");
  if (const auto wish = response.header("retry-after")) fault.retry_after = parse_retry_after(*wish, unix_ms);

  const Result<json::value> body = parse_answer(response.body);
  if (body.ok() && body.value().is_object()) {
    read_object(body.value().get_object(), fault, unix_ms);
  } else if (body.ok() && body.value().is_string()) {
    read_text(body.value().get_string(), fault);
  } else {
    read_text(response.body, fault);
  }
  fault.code = code_of(path, fault);
  if (response.status >= 300 && response.status < 400) read_redirect(response, fault);
  if (fault.message.empty()) fault.message = "the server gave no reason";
  fault.message = presentable(fault.message);
  return fault;
}

bool says_try_again(std::string_view message) {
  constexpr std::array<std::string_view, 9> kTexts = {
      "com.databricks.backend.manager.util.UnknownWorkerEnvironmentException",
      "does not have any associated worker environments",
      "There is no worker environment with id",
      "Unknown worker environment",
      "ClusterNotReadyException",
      "Timed out after ",
      "deadline exceeded",
      "Please try again later or try a faster operation.",
      "RPC token bucket limit has been exceeded",
  };
  return std::any_of(kTexts.begin(), kTexts.end(),
                     [&](std::string_view text) { return message.find(text) != message.npos; });
}

bool is_about_token(int http_status, std::string_view message) {
  if (http_status != 403) return http_status == 401;
  constexpr std::array<std::string_view, 8> kTexts = {
      "invalid access token", "invalid token",     "token is invalid",         "token is expired",
      "token has expired",    "token is expiring", "token is about to expire", "expiredjwt",
  };
  std::string lower(message);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::any_of(kTexts.begin(), kTexts.end(),
                     [&](std::string_view text) { return lower.find(text) != lower.npos; });
}

}  // namespace brickwork
