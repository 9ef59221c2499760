#include "local/resources/commands.h"

#include <charconv>
#include <memory>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"
#include "local/resources/command_table.h"
#include "local/resources/multipart.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

struct Service {
  ClusterService clusters;
  CommandHost& host;
  CommandTable table;
};
using SharedService = std::shared_ptr<Service>;

// Version 1.2 answers errors in a form of its own: {"error": "<Exception>: <message>"}.
Handler in_words_of_1_2(Handler handler) {
  return [handler = std::move(handler)](const Request& request) {
    try {
      return handler(request);
    } catch (const ApiError& error) {
      Response response = json_response({{"error", error.error_code() + ": " + error.what()}});
      response.status = error.http_status();
      return response;
    }
  };
}

// The members of a request, which may be a form with the command as a file.
json::object arguments_of(const Request& request) {
  if (!is_form(request)) return request.arguments();
  json::object arguments;
  for (const FormPart& part : form_parts(request)) arguments[part.name] = part.content;
  return arguments;
}

void require_cluster(Service& service, const Request& request, const std::string& cluster_id) {
  const bool allowed = service.clusters.allows(request.caller, cluster_id, "CAN_ATTACH_TO");
  if (!allowed)
    throw ApiError(403, "PermissionDeniedException",
                   request.caller.user_name + " does not have Attach permissions on " + cluster_id);
  const auto record = service.clusters.records.find(cluster_id);
  if (!record) throw ApiError(400, "ClusterNotFoundException", "Cluster not found: " + cluster_id);
  if (record->state != "RUNNING")
    throw ApiError(400, "ClusterNotReadyException", "Cluster " + cluster_id + " is " + lower_case(record->state));
}

std::string checked_language(const json::object& arguments) {
  std::string language = lower_case(required_text(arguments, "language"));
  if (language == "python" || language == "sql") return language;
  if (language == "scala" || language == "r")
    throw ApiError(400, "FeatureDisabledException",
                   language + " is not supported by brickwork-local: it runs Python and SQL");
  throw ApiError(400, "IllegalArgumentException", "unknown language " + language);
}

std::int64_t number(const std::string& text) {
  std::int64_t id = 0;
  return std::from_chars(text.data(), text.data() + text.size(), id).ptr == text.data() + text.size() ? id : 0;
}

struct NamedContext {
  std::int64_t id = 0;
  ContextRecord record;
};
struct NamedCommand {
  std::int64_t id = 0;
  CommandRecord record;
};

// The context that a request names, of its own cluster and of nobody else.
NamedContext context_in(Service& service, const Request& request, const json::object& arguments) {
  const std::string id = required_text(arguments, "contextId");
  const auto record = service.table.context(number(id));
  if (!record || record->cluster_id != required_text(arguments, "clusterId") ||
      (record->user_name != request.caller.user_name && !request.caller.is_admin()))
    throw ApiError(400, "ContextNotFound", "no context with id " + id);
  return {number(id), *record};
}

NamedCommand command_in(Service& service, const NamedContext& context, const json::object& arguments) {
  const std::string id = required_text(arguments, "commandId");
  const auto record = service.table.command(number(id));
  if (!record || record->context != context.id) throw ApiError(400, "CommandNotFound", "no command with id " + id);
  return {number(id), *record};
}

Response create_context(const SharedService& service, const Request& request) {
  const json::object arguments = arguments_of(request);
  const std::string cluster_id = required_text(arguments, "clusterId");
  const std::string language = checked_language(arguments);
  require_cluster(*service, request, cluster_id);
  const std::int64_t id = new_id();
  service->table.add(id, ContextRecord{cluster_id, language, request.caller.user_name});
  service->host.open_context(id, cluster_id, language, request.caller.user_name,
                             [weak = std::weak_ptr<Service>(service), id](const json::object& message) {
                               if (const auto alive = weak.lock()) alive->table.hear(id, message);
                             });
  return json_response({{"id", std::to_string(id)}});
}

Response context_status(const SharedService& service, const Request& request) {
  const NamedContext context = context_in(*service, request, request.arguments());
  return json_response({{"id", std::to_string(context.id)}, {"status", context.record.status}});
}

Response destroy_context(const SharedService& service, const Request& request) {
  const NamedContext context = context_in(*service, request, arguments_of(request));
  service->host.close_context(context.id);
  service->table.forget(context.id);
  return json_response({{"id", std::to_string(context.id)}});
}

Response execute(const SharedService& service, const Request& request) {
  const json::object arguments = arguments_of(request);
  const NamedContext context = context_in(*service, request, arguments);
  const std::string language = arguments.contains("language") ? checked_language(arguments) : context.record.language;
  const std::string command = required_text(arguments, "command");
  if (context.record.status == "Error") throw ApiError(400, "ContextNotFound", "the context has ended");
  const std::int64_t id = new_id();
  service->table.add(id, CommandRecord{.context = context.id});
  service->host.tell_context(context.id, {{"op", "execute"}, {"id", id}, {"language", language}, {"command", command}});
  return json_response({{"id", std::to_string(id)}});
}

Response command_status(const SharedService& service, const Request& request) {
  const NamedContext context = context_in(*service, request, request.arguments());
  const NamedCommand command = command_in(*service, context, request.arguments());
  json::object body{{"id", std::to_string(command.id)}, {"status", command.record.status}, {"results", nullptr}};
  if (!command.record.results.empty()) body["results"] = command.record.results;
  return json_response(body);
}

Response cancel(const SharedService& service, const Request& request) {
  const json::object arguments = arguments_of(request);
  const NamedContext context = context_in(*service, request, arguments);
  const NamedCommand command = command_in(*service, context, arguments);
  if (service->table.cancelling(command.id))
    service->host.tell_context(context.id, {{"op", "cancel"}, {"id", command.id}});
  return json_response({{"id", std::to_string(command.id)}});
}

}  // namespace

void add_commands(Router& router, const ClusterService& clusters, CommandHost& host) {
  const SharedService service(new Service{clusters, host, {}});
  const auto add = [&](const char* method, const char* name, Response (*step)(const SharedService&, const Request&)) {
    router.add(method, std::string("/api/1.2/") + name,
               in_words_of_1_2([service, step](const Request& request) { return step(service, request); }));
  };
  add("POST", "contexts/create", create_context);
  add("GET", "contexts/status", context_status);
  add("POST", "contexts/destroy", destroy_context);
  add("POST", "commands/execute", execute);
  add("GET", "commands/status", command_status);
  add("POST", "commands/cancel", cancel);
}

}  // namespace brickwork::local
