#pragma once

#include <future>
#include <string>
#include <utility>

#include "engine/curl_loop.h"
#include "support/socket_server.h"

namespace brickwork {

// Sends one request and waits for what comes of it.
inline Outcome ask(CurlLoop& loop, HttpRequest request) {
  std::promise<Outcome> outcome;
  loop.post([&] { loop.send(request, [&](Outcome result) { outcome.set_value(std::move(result)); }); });
  return outcome.get_future().get();
}

inline HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

inline HttpRequest post(const std::string& url, std::string body) {
  HttpRequest request = get(url);
  request.method = "POST";
  request.body = std::move(body);
  return request;
}

// Runs `question` on the loop's thread and hands back its answer.
template <class Function>
auto on_loop(CurlLoop& loop, Function question) {
  std::promise<decltype(question())> answer;
  loop.post([&] { answer.set_value(question()); });
  return answer.get_future().get();
}

inline void answer_all(Connection& connection) {
  while (!connection.read_request().empty()) connection.answer(200, "{}");
}

}  // namespace brickwork
