#pragma once

#include <brickwork/plugin.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace brickwork::cli {

// Scripts branch on these; they grow but do not change.
constexpr int kDone = 0;
constexpr int kRunDidNotSucceed = 1;
constexpr int kWrongCommandOrDocument = 2;
constexpr int kLoginOrPermission = 3;
constexpr int kUnavailable = 4;
constexpr int kOurFault = 5;
constexpr int kInterrupted = 130;

// Ends the command with a message of its own, where no slot of the library has spoken.
class Stop : public std::runtime_error {
 public:
  Stop(int exit_status, const std::string& message, std::string fix = {})
      : std::runtime_error(message), exit_status_(exit_status), fix_(std::move(fix)) {}
  int exit_status() const { return exit_status_; }
  const std::string& fix() const { return fix_; }

 private:
  int exit_status_;
  std::string fix_;
};

int exit_status_of(bw_status status);

// Of a verdict of state/1. A run that still goes on is no failure.
int exit_status_of_verdict(std::string_view verdict);

}  // namespace brickwork::cli
