#include <algorithm>
#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"

namespace brickwork::cli {
namespace {

struct Rest {
  std::string method;
  std::string path;
  std::string body;
};

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// "?limit=1&name=a%20b" of a path typed as one word, as the members that the verb wants.
json::object query_of(std::string_view text) {
  json::object query;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    const std::string name = decoded(pair.substr(0, equals));
    if (!name.empty()) query[name] = equals == std::string_view::npos ? "" : decoded(pair.substr(equals + 1));
  }
  return query;
}

json::object request_of(const Rest& wanted) {
  const std::size_t question = wanted.path.find('?');
  std::string method = wanted.method;
  std::transform(method.begin(), method.end(), method.begin(), [](unsigned char c) { return std::toupper(c); });
  json::object request{{"method", method}, {"path", wanted.path.substr(0, question)}};
  if (question != std::string::npos) request["query"] = query_of(wanted.path.substr(question + 1));
  if (!wanted.body.empty()) {
    const std::string what = wanted.body == "-" ? "the body on the standard input" : wanted.body;
    request["body"] = parse_document(read_input(wanted.body), what);
  }
  return request;
}

int rest(Session& session, const Rest& wanted) {
  const json::object answer = session.call(BW_REST, request_of(wanted));
  const json::value body = answer.contains("body") ? answer.at("body") : json::value();
  if (session.options.json) {
    print_document(answer);
  } else if (body.is_string()) {
    std::printf("%s", body.get_string().c_str());
  } else {
    print_document(body);
  }
  return kDone;
}

}  // namespace

void add_rest(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("rest", "one request to any endpoint, with login, retries and rate limit");
  auto wanted = std::make_shared<Rest>();
  command->add_option("METHOD", wanted->method, "GET, POST, PUT, PATCH or DELETE")
      ->required()
      ->check(CLI::IsMember({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"}, CLI::ignore_case));
  command->add_option("PATH", wanted->path, "such as /api/2.2/jobs/list?limit=5")->required();
  command->add_option("--body", wanted->body, "JSON body, - for the standard input")->type_name("FILE");
  command->callback(
      [&invocation, wanted] { invocation.chosen = [wanted](Session& session) { return rest(session, *wanted); }; });
}

}  // namespace brickwork::cli
