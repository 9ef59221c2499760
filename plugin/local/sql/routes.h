#pragma once

#include <memory>

#include "local/router.h"
#include "local/sql/statement_document.h"
#include "local/sql/statements.h"
#include "local/sql/warehouse_store.h"

namespace brickwork::local {

// Each is a file in this folder.
void add_warehouses(Router& router, const std::shared_ptr<WarehouseStore>& warehouses);
void add_statements(Router& router, Statements& statements, StatementDocument& document, SignedUrls& urls);

}  // namespace brickwork::local
