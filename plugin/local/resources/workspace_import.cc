#include "local/api_error.h"
#include "local/base64.h"
#include "local/resources/multipart.h"
#include "local/resources/notebook_format.h"
#include "local/resources/notebook_html.h"
#include "local/resources/workspace_requests.h"

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

std::string without_extension(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.rfind('/');
  return dot != std::string::npos && dot > slash + 1 ? path.substr(0, dot) : path;
}

// The object that an import makes: a notebook has a language, a file has none.
struct Object {
  std::string path;
  std::string language;
  std::string content;
};

Object jupyter_object(const Import& import) {
  Object object{.path = import.path.ends_with(".ipynb") ? without_extension(import.path) : import.path};
  object.content = source_of_ipynb(import.content, object.language);
  return object;
}

Object html_object(const Import& import) {
  Object object{.path = import.path.ends_with(".html") ? without_extension(import.path) : import.path};
  object.content = source_of_html(import.content, object.language);
  return object;
}

// AUTO looks at the extension and at the first line: a notebook loses its extension, a file keeps it.
Object auto_object(const Import& import) {
  if (import.path.ends_with(".ipynb")) return jupyter_object(import);
  const std::string language = notebook_language(import.content);
  if (!language.empty() && language == language_of_extension(import.path))
    return {without_extension(import.path), language, import.content};
  return {import.path, "", import.content};
}

Object source_object(const Import& import) {
  if (import.language.empty()) throw invalid_parameter("The language field is required for SOURCE format import.");
  return {import.path, import.language, with_header(import.content, import.language)};
}

Object object_of(const Import& import) {
  if (import.format == "DBC")
    throw feature_disabled(
        "DBC archives are not supported by brickwork-local: export the folder's notebooks as SOURCE, JUPYTER or HTML");
  if (import.format == "R_MARKDOWN")
    throw feature_disabled("R Markdown is not supported by brickwork-local, as R notebooks are not");
  if (import.format == "JUPYTER") return jupyter_object(import);
  if (import.format == "HTML") return html_object(import);
  if (import.format == "AUTO") return auto_object(import);
  if (import.format == "RAW") return {import.path, "", import.content};
  if (import.format == "SOURCE") return source_object(import);
  throw invalid_parameter("The format " + import.format +
                          " is none of AUTO, SOURCE, JUPYTER, HTML, RAW, DBC and R_MARKDOWN");
}

void import_object(WorkspaceService& service, const Caller& caller, Import import) {
  import.path = WorkspaceTree::normal(import.path);
  if (import.content.size() > kImportLimit)
    throw ApiError(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", "The content exceeds the limit of 10485760 bytes");
  const Object object = object_of(import);
  if (service.tree.find(object.path))
    service.access.require_edit(caller, object.path);
  else
    service.access.require_manage(caller, parent_of(object.path));
  service.tree.put(object.path, object.language, object.content, import.overwrite);
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

}  // namespace

Response import_request(WorkspaceService& service, const Request& request) {
  import_object(service, request.caller,
                is_form(request) ? import_of_form(request) : import_of_json(request.arguments()));
  return {};
}

Response import_file_request(WorkspaceService& service, const Request& request) {
  const auto overwrite = request.query.find("overwrite");
  import_object(service, request.caller,
                {.path = "/" + request.captures.at("path"),
                 .format = "AUTO",
                 .content = request.body,
                 .overwrite = overwrite != request.query.end() && overwrite->second == "true"});
  return {};
}

}  // namespace brickwork::local
