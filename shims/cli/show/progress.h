#pragma once

#include <cstddef>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "show/run_view.h"
#include "terminal.h"

namespace brickwork::cli {

// Shows a run while it goes on. Which way is decided once, by what the stream is.
class Progress {
 public:
  virtual ~Progress() = default;
  virtual void show(const RunView& run) = 0;        // a new state
  virtual void print(const std::string& text) = 0;  // whole lines of something else, before the picture
  virtual void tick() {}                            // a second passed, or the terminal changed its size
  virtual void end() {}                             // nothing follows: leave the last picture whole

  // A tree that is drawn again on a terminal, a line for each change elsewhere, nothing when `quiet`.
  static std::unique_ptr<Progress> on(std::FILE* stream, bool quiet);
};

// A line for each task whose verdict changed since the last state; empty when none did.
class ChangeLines {
 public:
  std::string changes(const RunView& run, std::int64_t now_ms);

 private:
  std::map<std::string, std::string> last_;
  bool stale_ = false;
};

}  // namespace brickwork::cli
