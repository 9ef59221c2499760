#include "group/keys.h"

#include <unordered_map>

#include "group/digest.h"

namespace brickwork::group {
namespace {

constexpr std::size_t kMaxKey = 100;
constexpr std::size_t kDigest = 8;

bool fits(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// Both ends are kept: the first says which group, the last which task.
std::string with_digest(std::string_view key, std::string_view path, std::size_t digest_characters) {
  const std::string digest = digest_of_text(path, digest_characters);
  const std::size_t room = kMaxKey - digest.size() - 1;
  if (key.size() <= room) return std::string(key) + "_" + digest;
  const std::size_t head = (room - 1) / 2;
  const std::size_t tail = room - 1 - head;
  return std::string(key.substr(0, head)) + "_" + digest + "_" + std::string(key.substr(key.size() - tail));
}

// Keys of tasks that need not be told apart from others: a task of the outermost group with a good name is called that.
bool is_verbatim(const TaskNode& task) { return task.group == 0 && is_task_key(task.name); }

class KeyMaker {
 public:
  KeyMaker(const Tree& tree, Findings& findings) : tree_(tree), findings_(findings) {}

  std::vector<CompiledTask> run() {
    std::vector<CompiledTask> tasks;
    tasks.reserve(tree_.tasks().size());
    bool all_verbatim = true;
    for (const TaskNode& task : tree_.tasks()) {
      const bool verbatim = is_verbatim(task);
      all_verbatim = all_verbatim && verbatim;
      tasks.push_back({.path = tree_.path_of(task), .task_key = verbatim ? std::string(task.name) : joined(task)});
    }
    // Siblings with one name are reported as such, so verbatim keys never meet.
    if (!all_verbatim) tell_apart(tasks);
    return tasks;
  }

 private:
  struct Meeting {
    std::uint32_t first;  // task that would have the key
    bool is_crowded;      // and another one would, too
  };
  using Meetings = std::unordered_map<std::string, Meeting>;

  const std::string& prefix(std::uint32_t group) {
    if (prefixes_.empty()) prefixes_.resize(tree_.groups().size());
    std::string& prefix = prefixes_[group];
    if (prefix.empty() && group != 0) {
      const GroupNode& node = tree_.groups()[group];
      prefix = this->prefix(node.parent) + fitted(node.name) + "__";
    }
    return prefix;
  }

  std::string joined(const TaskNode& task) { return prefix(task.group) + fitted(task.name); }

  void tell_apart(std::vector<CompiledTask>& tasks) {
    Meetings meetings;
    meetings.reserve(tasks.size());
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
      const auto [meeting, is_new] = meetings.try_emplace(tasks[i].task_key, Meeting{i, false});
      // The same path twice is reported as a duplicate, and no key can tell the two apart.
      if (!is_new && tasks[i].path != tasks[meeting->second.first].path) meeting->second.is_crowded = true;
    }

    // A digest could make the key of one task that of another; then it gets a longer one.
    std::unordered_map<std::string, std::uint32_t> taken;
    taken.reserve(tasks.size());
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
      if (keeps_key(i, tasks[i].task_key, meetings)) taken.emplace(tasks[i].task_key, i);
    }
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
      const std::string plain = tasks[i].task_key;
      if (keeps_key(i, plain, meetings)) continue;
      for (std::size_t characters = kDigest; characters <= 64; characters += kDigest) {
        tasks[i].task_key = with_digest(plain, tasks[i].path, characters);
        if (taken.emplace(tasks[i].task_key, i).second) break;
      }
      if (meetings.at(plain).is_crowded) report(i, tasks[i], plain);
    }
  }

  bool keeps_key(std::uint32_t task, const std::string& key, const Meetings& meetings) const {
    return is_verbatim(tree_.tasks()[task]) || (key.size() <= kMaxKey && !meetings.at(key).is_crowded);
  }

  void report(std::uint32_t index, const CompiledTask& task, const std::string& plain) {
    const TaskNode& node = tree_.tasks()[index];
    if (node.name.empty()) return;
    findings_.warning(Place(tree_.place(node), "task_key"), "key_collision",
                      quoted(task.path) + " and another task would both be " + quoted(plain) +
                          " for Databricks, so this one is " + quoted(task.task_key),
                      "give one of them a name that differs in letters, digits, - or _");
  }

  const Tree& tree_;
  Findings& findings_;
  std::vector<std::string> prefixes_;
};

}  // namespace

bool is_task_key(std::string_view text) {
  if (text.empty() || text.size() > kMaxKey) return false;
  for (char c : text) {
    if (!fits(c)) return false;
  }
  return true;
}

std::string fitted(std::string_view name) {
  std::string key;
  key.reserve(name.size());
  bool in_run = false;
  for (char c : name) {
    if (fits(c)) {
      key += c;
    } else if (!in_run) {
      key += '_';
    }
    in_run = !fits(c);
  }
  return key;
}

std::vector<CompiledTask> keys_of(const Tree& tree, Findings& findings) { return KeyMaker(tree, findings).run(); }

}  // namespace brickwork::group
