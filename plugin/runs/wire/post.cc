#include "runs/wire/post.h"

namespace brickwork::runs {
namespace {

RestRequest post_request(std::string path, Object body, Repeat repeat) {
  RestRequest request;
  request.method = "POST";
  request.path = std::move(path);
  request.body = std::move(body);
  request.repeat = repeat;
  return request;
}

}  // namespace

Task<Status> post(Context& context, RestClient& client, std::string path, Object body) {
  RestRequest request = post_request(std::move(path), std::move(body), Repeat::kSafe);
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  const Result<RestResponse> response = co_await sending;
  co_return response.status();
}

Task<Result<std::int64_t>> post_for_id(Context& context, RestClient& client, std::string path, Object body,
                                       std::string_view member, Repeat repeat, std::optional<std::int64_t>* date_ms) {
  RestRequest request = post_request(path, std::move(body), repeat);
  Task<Result<RestResponse>> sending = client.send(context, std::move(request));
  const Result<RestResponse> response = co_await sending;
  if (!response.ok()) co_return response.status();
  if (date_ms != nullptr) *date_ms = response.value().date_ms;
  const json::value& answer = response.value().body;
  const std::int64_t id = answer.is_object() ? number_or_zero(answer.get_object(), member) : 0;
  if (id == 0) co_return failure(Code::kDataLoss, "POST " + path + " answered without a " + std::string(member));
  co_return id;
}

}  // namespace brickwork::runs
