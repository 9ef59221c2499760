#include <gtest/gtest.h>

#include "abi/library.h"

namespace brickwork::abi_test {
namespace {

constexpr char kNowhere[] = R"({"host": "http://127.0.0.1:9", "environment": false})";

Outcome lint(std::string_view body) { return call(api(), nullptr, spec_of(BW_GROUP_LINT, body)); }

// INVALID_ARGUMENT whose message or pointer has these words, from every door a document can come in by.
void expect_refused(std::string_view body, std::initializer_list<const char*> words) {
  const Client client(api(), kNowhere);
  const bw_op_spec spec = spec_of(BW_RUN_GET, body);
  std::uint64_t op = 7;
  bw_error* error = nullptr;
  bw_bytes none{};
  const bw_status started = api().op_start(client.get(), &spec, &op, &error);
  const Outcome by_start = outcome(api(), started, none, error);
  EXPECT_EQ(op, 7u);

  bw_open open{};
  open.struct_size = sizeof open;
  open.config = text_of(body);
  bw_client* opened = nullptr;
  error = nullptr;
  const bw_status open_status = api().client_open(&open, &opened, &error);
  const Outcome by_open = outcome(api(), open_status, none, error);
  EXPECT_EQ(opened, nullptr);

  for (const Outcome& result : {lint(body), call(api(), client.get(), spec), by_start, by_open}) {
    EXPECT_EQ(result.status, BW_INVALID_ARGUMENT);
    EXPECT_LT(result.error.size(), 2000u);
    for (const char* word : words) EXPECT_NE(result.error.find(word), std::string::npos) << word << result.error;
  }
}

TEST(BadInput, IsRefusedWhenItIsNotJson) {
  expect_refused("{\"group\": {\"tasks\": [{\"task_key\": }]}}", {"byte 34", R"("pointer":"/group/tasks/0/task_key")"});
  expect_refused("hello", {"byte 0"});
  expect_refused("{\"group\": ", {"incomplete"});
  expect_refused("{} {}", {"byte 3"});
  expect_refused("{'group': 1}", {"byte 1"});
}

TEST(BadInput, IsRefusedWhenItIsNotAnObject) {
  expect_refused("[]", {"must be an object, and is an array"});
  expect_refused("null", {"must be an object, and is null"});
  expect_refused("12", {"must be an object, and is a number"});
  expect_refused("\"x\"", {"must be an object, and is a string"});
}

TEST(BadInput, IsRefusedAboveTheLimitOfBytes) {
  std::string body = R"({"group": ")";
  body.append(50u << 20, 'x');
  body += "\"}";
  expect_refused(body, {"33554432"});
}

TEST(BadInput, IsRefusedWhenItIsNestedTooDeep) {
  std::string body = R"({"group":)";
  for (int i = 0; i < 10'000; ++i) body += '[';
  for (int i = 0; i < 10'000; ++i) body += ']';
  body += '}';
  expect_refused(body, {"256 levels", R"("pointer":"/group/0/0)"});

  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += R"({"a":)";
  expect_refused(objects, {"256 levels", R"("pointer":"/a/a/a)"});
}

TEST(BadInput, IsRefusedWhenItIsNotUtf8) {
  expect_refused("{\"group\": {\"name\": \"a\xff\"}}", {R"("pointer":"/group/name")", "byte 21"});
  expect_refused("{\"group\": {\"name\": \"\xc3(\"}}", {R"("pointer":"/group/name")"});
  expect_refused("{\"gr\xed\xa0\x80oup\": 1}", {"UTF-8"});
  expect_refused("{\"group\": {\"name\": \"\xf5\x80\x80\x80\"}}", {"UTF-8"});
}

TEST(BadInput, IsRefusedWhenAMemberStandsThereTwice) {
  expect_refused(R"({"group": {"tasks": [{"a": 1}, {"b": 1, "c": 2, "b": 3}]}})",
                 {"member twice", R"("pointer":"/group/tasks/1/b")"});
  expect_refused(R"({"a/b~": 1, "a/b~": 1})", {R"("pointer":"/a~1b~0")"});
  // The same name, written in two ways.
  expect_refused(R"({"ab": 1, "\u0061b": 1})", {R"("pointer":"/ab")"});

  std::string many = "{";
  for (int i = 0; i < 5'000; ++i) many += "\"k" + std::to_string(i) + "\":{\"x\":[1]},";
  expect_refused(many + R"("k4711":0})", {R"("pointer":"/k4711")"});
}

TEST(BadInput, IsNotFoundWhereThereIsNone) {
  EXPECT_EQ(lint(R"({"group": {"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}, {"x": 1}], "x": 1}})").status, BW_OK);
  EXPECT_EQ(lint("{\"group\": {\"name\": \"\xf0\x9f\xa7\xb1 \xc3\xa9 \\ud83e\\uddf1\"}}").status, BW_OK);
  std::string deep = R"({"group":)";
  for (int i = 0; i < 250; ++i) deep += '[';
  for (int i = 0; i < 250; ++i) deep += ']';
  EXPECT_EQ(lint(deep + "}").status, BW_OK);
}

TEST(BadInput, IsTheSameAsAnEmptyObjectWhenItIsEmpty) {
  const Outcome result = lint("");
  EXPECT_EQ(result.status, BW_INVALID_ARGUMENT);
  EXPECT_NE(result.error.find(R"("pointer":"/group")"), std::string::npos);
}

TEST(BadInput, SurvivesEveryPrefixAndEveryBrokenByteOfADocument) {
  const std::string body =
      R"({"group": {"name": "g\n\u00e9", "tasks": [{"task_key": "a", "depends_on": ["b", {"task_key": "c"}],)"
      R"( "notebook_task": {"notebook_path": "/x"}, "n": -1.5e3, "t": true, "z": null}]}})";
  for (std::size_t size = 1; size < body.size(); ++size)
    EXPECT_EQ(lint(std::string_view(body).substr(0, size)).status, BW_INVALID_ARGUMENT) << size;
  for (std::size_t at = 0; at < body.size(); ++at) {
    for (const char byte : {'\0', '"', '{', '}', ',', '\xff'}) {
      std::string broken = body;
      broken[at] = byte;
      const bw_status status = lint(broken).status;
      EXPECT_TRUE(status == BW_OK || status == BW_INVALID_ARGUMENT) << at << ' ' << status;
    }
  }
}

TEST(BadInput, IsRefusedInTheMembersOfTheConnection) {
  const struct {
    const char* connection;
    const char* words;
  } cases[] = {
      {R"({"host": "http://127.0.0.1:9", "environment": false, "timeouts": 1})", "/timeouts"},
      {R"({"host": "http://127.0.0.1:9", "environment": false, "timeouts": {"operation_ms": "1"}})",
       "/timeouts/operation_ms"},
      {R"({"host": "http://127.0.0.1:9", "environment": false, "poll_ms": -1})", "/poll_ms"},
      {R"({"host": 1.5, "environment": false})", "/host"},
      {R"({"environment": false})", "/host"},
      {R"({"host": "http://127.0.0.1:9", "environment": false, "token": "dapi-canary"})", "/token"},
  };
  for (const auto& each : cases) {
    bw_open open{};
    open.struct_size = sizeof open;
    open.config = text_of(each.connection);
    bw_client* client = nullptr;
    bw_error* error = nullptr;
    bw_bytes none{};
    const bw_status status = api().client_open(&open, &client, &error);
    const Outcome result = outcome(api(), status, none, error);
    EXPECT_EQ(result.status, BW_INVALID_ARGUMENT) << each.connection;
    EXPECT_NE(result.error.find(std::string(R"("pointer":")") + each.words + '"'), std::string::npos) << result.error;
    EXPECT_EQ(result.error.find("canary"), std::string::npos);
  }
}

TEST(BadInput, IsRefusedInTheSpec) {
  const Client client(api(), kNowhere);
  EXPECT_EQ(call(api(), client.get(), spec_of(0, "{}")).status, BW_UNIMPLEMENTED);
  EXPECT_EQ(call(api(), client.get(), spec_of(0x40000000, "{}")).status, BW_UNIMPLEMENTED);
  EXPECT_EQ(call(api(), client.get(), spec_of(BW_RUN_GET, "{}", -2)).status, BW_INVALID_ARGUMENT);
  bw_open open{};
  open.struct_size = sizeof open;
  open.config = text_of(kNowhere);
  open.flags = 1;
  bw_client* opened = nullptr;
  EXPECT_EQ(api().client_open(&open, &opened, nullptr), BW_UNIMPLEMENTED);
}

TEST(BadInput, IsRefusedInASecret) {
  const Client client(api(), kNowhere);
  const std::string large(70'000, 'x');
  const auto set = [&](const char* name, std::string_view value) {
    return api().client_set_secret(client.get(), name, value.data(), value.size(), 0, nullptr);
  };
  EXPECT_EQ(set("passwort", "x"), BW_INVALID_ARGUMENT);
  EXPECT_EQ(set(nullptr, "x"), BW_INVALID_ARGUMENT);
  EXPECT_EQ(set("token", "dapi\n"), BW_INVALID_ARGUMENT);
  EXPECT_EQ(set("token", large), BW_INVALID_ARGUMENT);
  EXPECT_EQ(api().client_set_secret(client.get(), "token", nullptr, 5, 0, nullptr), BW_INVALID_ARGUMENT);
  EXPECT_EQ(set("token", ""), BW_OK);
}

TEST(BadInput, IsRefusedInARequest) {
  const Client client(api(), kNowhere);
  for (const char* body : {R"({})", R"({"path": "api"})", R"({"path": 1})", R"({"path": "/a b"})",
                           R"({"path": "/a\r\nHost: x"})", R"({"method": "G T", "path": "/a"})",
                           R"({"path": "/a", "query": []})", R"({"path": "/a", "starts_something": 1})"}) {
    const Outcome result = call(api(), client.get(), spec_of(BW_REST, body));
    EXPECT_EQ(result.status, BW_INVALID_ARGUMENT) << body;
    EXPECT_NE(result.error.find("\"pointer\":\"/"), std::string::npos) << result.error;
  }
}

}  // namespace
}  // namespace brickwork::abi_test
