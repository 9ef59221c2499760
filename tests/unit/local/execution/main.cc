#include <gtest/gtest.h>

#include "local/execution/supervisor.h"

int main(int argc, char** argv) {
  if (const auto status = brickwork::local::supervise_if_asked(argc, argv)) return *status;
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
