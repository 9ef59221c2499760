#include "contract/host.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <poll.h>

#include <stdexcept>

namespace brickwork::contract {
namespace {

std::string base64(const std::string& bytes) {
  std::string result(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  result.resize(static_cast<std::size_t>(size));
  return result;
}

json::object object_of(const std::string& document) {
  if (document.empty()) return {};
  return json::parse(document).as_object();
}

Answer answer_of(const abi_test::Outcome& outcome) {
  return {.status = outcome.status,
          .response = outcome.status == BW_OK ? object_of(outcome.json) : json::object(),
          .error = object_of(outcome.error),
          .message = outcome.message};
}

}  // namespace

Host::Host(const LocalWorkspace& workspace, json::object connection) : api_(abi_test::api()) {
  open(workspace.url(), workspace.token(), std::move(connection));
}

Host::Host(std::string url, std::string token, json::object connection) : api_(abi_test::api()) {
  open(url, token, std::move(connection));
}

Host::~Host() { api_.client_close(client_); }

void Host::open(const std::string& url, const std::string& token, json::object connection) {
  connection["host"] = url;
  connection["environment"] = false;
  if (!connection.contains("poll_ms")) connection["poll_ms"] = 100;
  const std::string config = json::serialize(connection);
  bw_open open{};
  open.struct_size = sizeof open;
  open.config = abi_test::text_of(config);
  bw_error* error = nullptr;
  const bw_status status = api_.client_open(&open, &client_, &error);
  bw_bytes none{};
  if (status != BW_OK) throw std::runtime_error(abi_test::outcome(api_, status, none, error).error);
  api_.client_set_secret(client_, "token", token.data(), token.size(), 0, nullptr);
}

Answer Host::call(std::uint32_t verb, const json::object& request, std::int64_t timeout_ms) const {
  const std::string body = json::serialize(request);
  return answer_of(abi_test::call(api_, client_, abi_test::spec_of(verb, body, timeout_ms)));
}

json::object Host::done(std::uint32_t verb, const json::object& request) const {
  Answer answer = call(verb, request);
  if (answer.status != BW_OK) ADD_FAILURE() << "verb " << verb << ": " << json::serialize(answer.error);
  return std::move(answer.response);
}

std::uint64_t Host::start(std::uint32_t verb, const json::object& request, std::int64_t timeout_ms) const {
  const std::string body = json::serialize(request);
  const bw_op_spec spec = abi_test::spec_of(verb, body, timeout_ms);
  std::uint64_t op = 0;
  bw_error* error = nullptr;
  const bw_status status = api_.op_start(client_, &spec, &op, &error);
  bw_bytes none{};
  if (status != BW_OK) throw std::runtime_error(abi_test::outcome(api_, status, none, error).error);
  return op;
}

Answer Host::wait(std::uint64_t op, const std::function<void(const json::object&)>& told) const {
  std::int32_t fd = -1;
  api_.client_event_fd(client_, &fd);
  for (;;) {
    pollfd waiting{fd, POLLIN, 0};
    if (poll(&waiting, 1, 120'000) != 1) throw std::runtime_error("no event in two minutes");
    bw_event events[16];
    std::size_t count = 0;
    api_.events_drain(client_, events, sizeof(bw_event), 16, &count);
    for (std::size_t i = 0; i < count; ++i) {
      if (events[i].op != op) continue;
      bw_bytes progress{};
      if (events[i].kind == BW_EV_PROGRESS && told && api_.op_peek(client_, op, &progress) == BW_OK) {
        told(object_of(std::string(progress.data, progress.size)));
        api_.bytes_free(&progress);
      }
      if (events[i].kind == BW_EV_DONE) return answer_of(abi_test::take(api_, client_, op));
    }
  }
}

void Host::stop(std::uint64_t op) const { api_.op_cancel(client_, op); }

json::object Host::rest(const std::string& method, const std::string& path, json::value body) const {
  json::object request{{"method", method}, {"path", path}};
  if (!body.is_null()) request["body"] = std::move(body);
  const json::object response = done(BW_REST, request);
  const json::value* answered = response.if_contains("body");
  return answered != nullptr && answered->is_object() ? answered->get_object() : json::object();
}

void Host::write_notebook(const std::string& path, const std::string& source) const {
  rest("POST", "/api/2.0/workspace/mkdirs", json::object{{"path", path.substr(0, path.rfind('/'))}});
  rest("POST", "/api/2.0/workspace/import",
       json::object{{"path", path},
                    {"format", "SOURCE"},
                    {"language", "PYTHON"},
                    {"overwrite", true},
                    {"content", base64("# Databricks notebook source\n" + source)}});
}

std::vector<std::string> Host::requests() const {
  std::vector<std::string> lines;
  const json::object counted = rest("GET", "/api/brickwork/requests");
  for (const json::value& item : counted.at("requests").as_array()) {
    const json::object& entry = item.as_object();
    for (std::int64_t i = 0; i < entry.at("count").as_int64(); ++i)
      lines.push_back(std::string(text(entry, "method")) + " " + std::string(text(entry, "path")));
  }
  rest("DELETE", "/api/brickwork/requests");
  return lines;
}

void Host::disturb(json::array rules) const {
  rest("PUT", "/api/brickwork/faults", json::object{{"rules", std::move(rules)}});
}

const json::object& task_of(const json::object& state, std::string_view path) {
  for (const json::value& task : state.at("tasks").as_array())
    if (text(task.as_object(), "path") == path) return task.as_object();
  throw std::runtime_error("the state has no task " + std::string(path));
}

std::string_view text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return value->get_string();
}

}  // namespace brickwork::contract
