#pragma once

#include <memory>

#include "local/router.h"
#include "local/sql/sql_objects.h"
#include "local/sql/statement_document.h"
#include "local/sql/statements.h"
#include "local/sql/warehouse_store.h"

namespace brickwork::local {

// Each is a file in this folder.
void add_warehouses(Router& router, const std::shared_ptr<WarehouseStore>& warehouses);
void add_statements(Router& router, Statements& statements, StatementDocument& document, SignedUrls& urls);
void add_query_history(Router& router, Statements& statements);
void add_saved_objects(Router& router, SqlObjects& objects);

}  // namespace brickwork::local
