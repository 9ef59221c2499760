#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "local/resources/signed_urls.h"
#include "local/router.h"
#include "local/sql/statements.h"

namespace brickwork::local {

// How a statement and its result are shown. Links are good for a quarter of an hour, whoever has one.
class StatementDocument {
 public:
  StatementDocument(Workspace& workspace, Statements& statements, SignedUrls& urls)
      : workspace_(workspace), statements_(statements), urls_(urls) {}

  // Its status, and when it has succeeded its manifest and the first chunk.
  Response of(const Statement& statement) const;
  Response chunk(const Statement& statement, std::int64_t index) const;

  static std::string link_path(const std::string& id, const std::string& index);

 private:
  std::string chunk_text(const Statement& statement, std::int64_t index) const;

  Workspace& workspace_;
  Statements& statements_;
  SignedUrls& urls_;
};

}  // namespace brickwork::local
