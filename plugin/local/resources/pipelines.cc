#include "local/api_error.h"
#include "local/resources/execution_resources.h"

namespace brickwork::local {

// By their name, and not as addresses that nobody knows.
void add_pipelines(Router& router) {
  const auto refused = [](const Request&) -> Response {
    throw feature_disabled(
        "brickwork-local has no pipelines (Delta Live Tables): their engine is Databricks' own. Run the code of a "
        "pipeline "
        "as a notebook task that writes its tables.");
  };
  const std::string all = "/api/2.0/pipelines";
  const std::string one = all + "/{pipeline_id}";
  for (const char* method : {"GET", "POST"}) router.add(method, all, refused);
  for (const char* method : {"GET", "PUT", "DELETE"}) router.add(method, one, refused);
  for (const char* method : {"GET", "POST"}) router.add(method, one + "/updates", refused);
  router.add("GET", one + "/updates/{update_id}", refused);
  router.add("GET", one + "/events", refused);
  router.add("POST", one + "/stop", refused);
}

}  // namespace brickwork::local
