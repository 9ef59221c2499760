#include "local/api_error.h"
#include "local/base64.h"
#include "local/resources/notebook_format.h"
#include "local/resources/notebook_html.h"
#include "local/resources/workspace_requests.h"

namespace brickwork::local {
namespace {

struct Exported {
  std::string content;
  std::string file_type;
};

std::string extension_of(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string::npos || dot < path.rfind('/') ? "" : path.substr(dot + 1);
}

std::string source_type(const std::string& language) {
  if (language == "PYTHON") return "py";
  if (language == "SQL") return "sql";
  return language == "R" ? "r" : "scala";
}

Exported exported_notebook(const WorkspaceObject& object, const std::string& source, const std::string& format) {
  if (format == "JUPYTER") return {ipynb_of_source(source, object.language), "ipynb"};
  if (format == "HTML")
    return {html_of_source(source, object.language, object.path.substr(object.path.rfind('/') + 1)), "html"};
  if (format == "SOURCE" || format == "AUTO" || format == "RAW") return {source, source_type(object.language)};
  throw feature_disabled("The format " + format +
                         " is not supported by brickwork-local: it exports AUTO, SOURCE, JUPYTER, HTML and RAW");
}

}  // namespace

Response export_request(WorkspaceService& service, const Request& request) {
  const boost::json::object& arguments = request.arguments();
  const std::string path = path_argument(request);
  service.access.require_read(request.caller, path);
  const WorkspaceObject object = service.tree.get(path);
  const std::string format = text_field(arguments, "format").value_or("SOURCE");
  if (object.object_type == "DIRECTORY")
    throw feature_disabled("Exporting a folder is not supported by brickwork-local: export its notebooks");
  const std::string content = service.tree.read(object);
  const Exported exported = object.object_type == "FILE" ? Exported{content, extension_of(object.path)}
                                                         : exported_notebook(object, content, format);
  if (flag_field(arguments, "direct_download").value_or(false))
    return {.body = exported.content, .content_type = "application/octet-stream"};
  return json_response({{"content", base64_encode(exported.content)}, {"file_type", exported.file_type}});
}

Response export_file_request(WorkspaceService& service, const Request& request) {
  const std::string path = WorkspaceTree::normal("/" + request.captures.at("path"));
  service.access.require_read(request.caller, path);
  const WorkspaceObject object = service.tree.get(path);
  if (object.object_type == "DIRECTORY") throw invalid_parameter("Path (" + path + ") is a directory");
  return {.body = service.tree.read(object), .content_type = "application/octet-stream"};
}

}  // namespace brickwork::local
