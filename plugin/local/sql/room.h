#pragma once

#include <memory>

#include "local/execution/execution_context.h"
#include "local/jobs/clock.h"
#include "local/router.h"

namespace brickwork::local {

class SqlTasks;

// SQL warehouses, the statements that they run, and what is kept about them.
class SqlRoom {
 public:
  // Without a context nothing is executed: warehouses are records, and statements are refused by name.
  SqlRoom(Router& router, Workspace& workspace, Clock& clock, ExecutionContext* context);
  ~SqlRoom();  // before the context's loop ends

  // Who runs sql_task; null where nothing is executed.
  SqlTasks* tasks();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace brickwork::local
