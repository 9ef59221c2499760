#include <unistd.h>

#include <boost/json/array.hpp>
#include <thread>

#include "local/resources/cluster_service.h"

namespace brickwork::local {
namespace {

std::int64_t memory_mb() { return sysconf(_SC_PHYS_PAGES) / 1024 * sysconf(_SC_PAGE_SIZE) / 1024; }

// There is one machine, and one version of Spark on it: the lists let clients that choose find something to choose.
Response node_types() {
  return json_response({{"node_types",
                         {{{"node_type_id", "local"},
                           {"memory_mb", memory_mb()},
                           {"num_cores", static_cast<double>(std::thread::hardware_concurrency())},
                           {"description", "this machine"},
                           {"instance_type_id", "local"},
                           {"category", "General Purpose"},
                           {"is_deprecated", false}}}}});
}

Response spark_versions() {
  return json_response({{"versions",
                         {{{"key", "16.4.x-scala2.12"}, {"name", "16.4 LTS (on the Spark of this machine)"}},
                          {{"key", "15.4.x-scala2.12"}, {"name", "15.4 LTS (on the Spark of this machine)"}}}}});
}

}  // namespace

void add_cluster_catalog(Router& router, const std::string& base) {
  router.add("GET", base + "list-node-types", [](const Request&) { return node_types(); });
  router.add("GET", base + "spark-versions", [](const Request&) { return spark_versions(); });
  router.add("GET", base + "list-zones", [](const Request&) {
    return json_response({{"zones", {"local"}}, {"default_zone", "local"}});
  });
}

}  // namespace brickwork::local
