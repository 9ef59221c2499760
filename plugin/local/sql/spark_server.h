#pragma once

#include <memory>

#include "local/execution/execution_context.h"
#include "local/sql/statement_engine.h"

namespace brickwork::local {

// One Spark application for all warehouses, started for the first statement and again after it has gone.
class SparkServer final : public StatementEngine {
 public:
  explicit SparkServer(ExecutionContext& context);
  ~SparkServer() override;  // its loop must still run

  void listen(Hear hear) override;
  void execute(boost::json::object statement) override;
  void cancel(const std::string& id) override;

 private:
  class Application;
  ExecutionContext& context_;
  std::shared_ptr<Application> application_;
};

}  // namespace brickwork::local
