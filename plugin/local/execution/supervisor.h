#pragma once

#include <optional>

namespace brickwork::local {

// What the executor and a supervisor say to each other, one byte at a time. The supervisor answers with one line,
// "exit N" or "signal N", when nothing of the process tree is left.
inline constexpr char kTerminate = 'T';  // SIGTERM to the whole tree
inline constexpr char kKill = 'K';       // SIGKILL to the whole tree; the end of the channel means the same

inline constexpr int kControlFd = 3;   // handed through to the supervised process
inline constexpr int kLifelineFd = 4;  // between the executor and the supervisor

// The first lines of main(): `brickwork-local supervise EXE ARGS...` is how the executor starts every process. The
// supervisor stands between the server and a task so that nothing is left over whatever happens: it adopts what the
// task's processes leave behind, it ends all of them when the task ends, and when the server is killed it sees its
// lifeline break. Returns the exit status, or nothing when this is not such a call.
// `brickwork-local supervise-child PID` is the same for a child that this very process has forked already, before it
// became brickwork-local: a prepared Python interpreter does that.
std::optional<int> supervise_if_asked(int argc, char** argv);

}  // namespace brickwork::local
