#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/fields.h"
#include "local/resources/execution_resources.h"
#include "local/resources/multipart.h"
#include "local/resources/notebook_format.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::size_t kImportLimit = 10'485'760;

struct Import {
  std::string path;
  std::string format = "SOURCE";
  std::string language;
  std::string content;
  bool overwrite = false;
};

json::object described(const WorkspaceObject& object) {
  json::object body{{"object_id", object.object_id},
                    {"object_type", object.object_type},
                    {"path", object.path},
                    {"resource_id", std::to_string(object.object_id)}};
  if (object.object_type == "NOTEBOOK") body["language"] = object.language;
  if (object.object_type == "DIRECTORY") return body;
  body["created_at"] = object.created_at;
  body["modified_at"] = object.modified_at;
  if (object.object_type == "FILE") body["size"] = object.size;
  return body;
}

std::string without_extension(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.rfind('/');
  return dot != std::string::npos && dot > slash + 1 ? path.substr(0, dot) : path;
}

void import_notebook(WorkspaceTree& tree, const std::string& path, const std::string& language,
                     const std::string& source, bool overwrite) {
  tree.put(path, language, with_header(source, language), overwrite);
}

void import_jupyter(WorkspaceTree& tree, const Import& import) {
  std::string language;
  const std::string source = source_of_ipynb(import.content, language);
  const std::string path = import.path.ends_with(".ipynb") ? without_extension(import.path) : import.path;
  import_notebook(tree, path, language, source, import.overwrite);
}

// AUTO looks at the extension and at the first line: a notebook loses its extension, a file keeps it.
void import_auto(WorkspaceTree& tree, const Import& import) {
  if (import.path.ends_with(".ipynb")) return import_jupyter(tree, import);
  const std::string language = notebook_language(import.content);
  if (!language.empty() && language == language_of_extension(import.path))
    return import_notebook(tree, without_extension(import.path), language, import.content, import.overwrite);
  tree.put(import.path, "", import.content, import.overwrite);
}

void import_object(WorkspaceTree& tree, Import import) {
  import.path = WorkspaceTree::normal(import.path);
  if (import.content.size() > kImportLimit)
    throw ApiError(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", "The content exceeds the limit of 10485760 bytes");
  if (import.format == "JUPYTER") return import_jupyter(tree, import);
  if (import.format == "AUTO") return import_auto(tree, import);
  if (import.format == "RAW") return tree.put(import.path, "", import.content, import.overwrite);
  if (import.format != "SOURCE")
    throw feature_disabled("The format " + import.format +
                           " is not supported by brickwork-local: it takes SOURCE, JUPYTER, AUTO and RAW");
  if (import.language.empty()) throw invalid_parameter("The language field is required for SOURCE format import.");
  import_notebook(tree, import.path, import.language, import.content, import.overwrite);
}

Import import_of_json(const json::object& arguments) {
  Import import{.path = required_text(arguments, "path")};
  import.format = text_field(arguments, "format").value_or("SOURCE");
  import.language = text_field(arguments, "language").value_or("");
  import.overwrite = flag_field(arguments, "overwrite").value_or(false);
  auto content = base64_decode(text_field(arguments, "content").value_or(""));
  if (!content) throw invalid_parameter("The content is not valid base64");
  import.content = std::move(*content);
  return import;
}

Import import_of_form(const Request& request) {
  Import import;
  for (FormPart& part : form_parts(request)) {
    if (part.name == "path") import.path = part.content;
    if (part.name == "format") import.format = part.content;
    if (part.name == "language") import.language = part.content;
    if (part.name == "overwrite") import.overwrite = part.content == "true";
    if (part.name == "content") import.content = std::move(part.content);
  }
  if (import.path.empty()) throw invalid_parameter("Missing required field: path");
  return import;
}

Response import_request(WorkspaceTree& tree, const Request& request) {
  import_object(tree, is_form(request) ? import_of_form(request) : import_of_json(request.arguments()));
  return {};
}

// How the Databricks CLI uploads: the content is the body as it is.
Response import_file(WorkspaceTree& tree, const Request& request) {
  const auto overwrite = request.query.find("overwrite");
  import_auto(tree, {.path = WorkspaceTree::normal("/" + request.captures.at("path")),
                     .content = request.body,
                     .overwrite = overwrite != request.query.end() && overwrite->second == "true"});
  return {};
}

Response export_request(WorkspaceTree& tree, const Request& request) {
  const json::object& arguments = request.arguments();
  const WorkspaceObject object = tree.get(WorkspaceTree::normal(required_text(arguments, "path")));
  const std::string format = text_field(arguments, "format").value_or("SOURCE");
  if (object.object_type == "DIRECTORY")
    throw feature_disabled("Exporting a folder is not supported by brickwork-local: export its notebooks");
  std::string content = tree.read(object);
  std::string type = object.language == "PYTHON" ? "py"
                     : object.language == "SQL"  ? "sql"
                     : object.language == "R"    ? "r"
                                                 : "scala";
  if (object.object_type == "FILE") {
    const std::size_t dot = object.path.rfind('.');
    type = dot == std::string::npos ? "" : object.path.substr(dot + 1);
  } else if (format == "JUPYTER") {
    content = ipynb_of_source(content, object.language);
    type = "ipynb";
  } else if (format != "SOURCE" && format != "AUTO" && format != "RAW") {
    throw feature_disabled("The format " + format + " is not supported by brickwork-local");
  }
  if (flag_field(arguments, "direct_download").value_or(false))
    return {.body = content, .content_type = "application/octet-stream"};
  return json_response({{"content", base64_encode(content)}, {"file_type", type}});
}

Response list_request(WorkspaceTree& tree, const Request& request) {
  const json::object& arguments = request.arguments();
  const std::int64_t after = integer_field(arguments, "notebooks_modified_after").value_or(0);
  json::array objects;
  for (const WorkspaceObject& object : tree.list(WorkspaceTree::normal(required_text(arguments, "path"))))
    if (object.object_type != "NOTEBOOK" || object.modified_at >= after) objects.push_back(described(object));
  if (objects.empty()) return {};
  return json_response({{"objects", std::move(objects)}});
}

std::string path_argument(const Request& request) {
  return WorkspaceTree::normal(required_text(request.arguments(), "path"));
}

}  // namespace

void add_workspace_objects(Router& router, WorkspaceTree& tree) {
  const std::string base = "/api/2.0/workspace/";
  router.add("POST", base + "import", [&tree](const Request& request) { return import_request(tree, request); });
  router.add("GET", base + "export", [&tree](const Request& request) { return export_request(tree, request); });
  router.add("GET", base + "list", [&tree](const Request& request) { return list_request(tree, request); });
  router.add("GET", base + "get-status",
             [&tree](const Request& request) { return json_response(described(tree.get(path_argument(request)))); });
  router.add("POST", base + "mkdirs", [&tree](const Request& request) {
    tree.mkdirs(path_argument(request));
    return Response{};
  });
  router.add("POST", base + "delete", [&tree](const Request& request) {
    tree.remove(path_argument(request), flag_field(request.arguments(), "recursive").value_or(false));
    return Response{};
  });
  router.add("POST", "/api/2.0/workspace-files/import-file/{path...}",
             [&tree](const Request& request) { return import_file(tree, request); });
}

}  // namespace brickwork::local
