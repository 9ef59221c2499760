#include "local/sql/room.h"

#include "local/api_error.h"
#include "local/fields.h"
#include "local/sql/routes.h"
#include "local/sql/spark_server.h"
#include "local/sql/sql_tasks.h"

namespace brickwork::local {

struct SqlRoom::Parts {
  Parts(Workspace& workspace, Clock& clock, std::shared_ptr<WarehouseStore> shared, ExecutionContext& context)
      : warehouses(std::move(shared)),
        urls([&clock] { return clock.now_ms(); }),
        engine(std::make_unique<SparkServer>(context)),
        objects(workspace.store, [&clock] { return clock.now_ms(); }),
        statements(workspace, clock, *warehouses, *engine),
        document(workspace, statements, urls),
        tasks(context, statements, objects) {}
  ~Parts() { engine.reset(); }  // it calls the others

  std::shared_ptr<WarehouseStore> warehouses;
  SignedUrls urls;
  std::unique_ptr<SparkServer> engine;
  SqlObjects objects;
  Statements statements;
  StatementDocument document;
  SqlTasks tasks;
};

SqlRoom::SqlRoom(Router& router, Workspace& workspace, Clock& clock, ExecutionContext* context) {
  const auto warehouses = std::make_shared<WarehouseStore>(workspace.store, [&clock] { return clock.now_ms(); });
  add_warehouses(router, warehouses);
  if (context == nullptr) {
    // By its name, and not as an address that nobody knows.
    router.add("POST", "/api/2.0/sql/statements", [warehouses](const Request& request) -> Response {
      warehouses->get(required_text(request.arguments(), "warehouse_id"));
      throw feature_disabled("brickwork-local does not execute SQL statements with --execute instant.");
    });
    return;
  }
  parts_ = std::make_unique<Parts>(workspace, clock, warehouses, *context);
  add_statements(router, parts_->statements, parts_->document, parts_->urls);
  add_query_history(router, parts_->statements);
  add_saved_objects(router, parts_->objects);
}

SqlRoom::~SqlRoom() = default;

SqlTasks* SqlRoom::tasks() { return parts_ ? &parts_->tasks : nullptr; }

}  // namespace brickwork::local
