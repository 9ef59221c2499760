#include <fcntl.h>
#include <sys/stat.h>

#include <charconv>

#include "local/api_error.h"
#include "local/sql/routes.h"

namespace brickwork::local {
namespace {

// How long an answer waits for the end of what it has cancelled.
constexpr std::int64_t kCancelMs = 10'000;

struct Api {
  Statements& statements;
  StatementDocument& document;
  SignedUrls& urls;
};

// Outside of a handler nobody else turns what is thrown into an answer.
Response shown(const Api& api, const std::string& id) {
  try {
    return api.document.of(api.statements.get(id));
  } catch (const ApiError& error) {
    return error_response(error.http_status(), error.error_code(), error.what(), "");
  } catch (const std::exception& error) {
    return error_response(500, "INTERNAL_ERROR", error.what(), "");
  }
}

Response execute(const std::shared_ptr<Api>& api, const Request& request) {
  const StatementRequest wanted = statement_request(request.arguments());
  const Statement statement = api->statements.begin(wanted, request.caller);
  if (wanted.wait_ms == 0) return api->document.of(statement);
  Response response;
  response.later = [api, id = statement.id, wanted](const std::function<void(Response)>& deliver) {
    const auto answer = [api, id, deliver] { deliver(shown(*api, id)); };
    api->statements.when_ended(id, wanted.wait_ms, [api, id, answer, cancels = wanted.on_wait_timeout == "CANCEL"] {
      if (!cancels) return answer();
      api->statements.cancel(id);
      api->statements.when_ended(id, kCancelMs, answer);
    });
  };
  return response;
}

// Results are for whoever asked for them.
Statement own(Api& api, const Request& request) {
  Statement statement = api.statements.get(request.captures.at("id"));
  if (statement.user_name != request.caller.user_name && !request.caller.is_admin())
    throw ApiError(403, "PERMISSION_DENIED", "User is not an owner of statement " + statement.id + ".");
  return statement;
}

Response chunk(Api& api, const Request& request) {
  const std::string& text = request.captures.at("index");
  std::int64_t index = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size())
    throw invalid_parameter("Chunk index must be a number, not '" + text.substr(0, 50) + "'.");
  return api.document.chunk(own(api, request), index);
}

// As an object store answers: whoever has the link needs nothing else, and may not bring anything else.
Response link(Api& api, const Request& request) {
  if (request.headers.contains("authorization"))
    return {.status = 400,
            .body =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>InvalidArgument</Code><Message>Only one "
                "auth mechanism allowed; send this request without an Authorization header</Message></Error>",
            .content_type = "application/xml"};
  if (auto refused = api.urls.refusal(request, "GET")) return std::move(*refused);
  const std::string& id = request.captures.at("id");
  const std::string& index = request.captures.at("index");
  const auto path = api.statements.chunk_file(id, std::stoll(index));
  const auto file = std::make_shared<OpenFile>(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file->descriptor() < 0 || fstat(file->descriptor(), &status) != 0)
    return {.status = 404,
            .body =
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>The specified key "
                "does not exist.</Message></Error>",
            .content_type = "application/xml"};
  Response response{.content_type = "application/octet-stream"};
  response.file = FileBody{file, 0, status.st_size};
  return response;
}

}  // namespace

void add_statements(Router& router, Statements& statements, StatementDocument& document, SignedUrls& urls) {
  const auto api = std::make_shared<Api>(Api{statements, document, urls});
  const std::string all = "/api/2.0/sql/statements";
  const std::string one = all + "/{id}";
  router.add("POST", all, [api](const Request& request) { return execute(api, request); });
  router.add("GET", one, [api](const Request& request) { return api->document.of(own(*api, request)); });
  router.add("POST", one + "/cancel", [api](const Request& request) {
    api->statements.cancel(own(*api, request).id);
    return Response{};
  });
  router.add("DELETE", one, [api](const Request& request) {
    api->statements.close(own(*api, request).id);
    return Response{};
  });
  router.add("GET", one + "/result/chunks/{index}", [api](const Request& request) { return chunk(*api, request); });
  router.add(
      "GET", StatementDocument::link_path("{id}", "{index}"),
      [api](const Request& request) { return link(*api, request); }, Router::Access::kPublic);
}

}  // namespace brickwork::local
