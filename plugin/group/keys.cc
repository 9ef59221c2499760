#include "group/keys.h"

#include <unordered_set>

#include "group/digest.h"
#include "group/flat_index.h"

namespace brickwork::group {
namespace {

constexpr std::size_t kMaxKey = 100;
constexpr std::size_t kDigest = 8;

bool fits(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void append_fitted(std::string& key, std::string_view name) {
  bool in_run = false;
  for (char c : name) {
    if (fits(c)) {
      key += c;
    } else if (!in_run) {
      key += '_';
    }
    in_run = !fits(c);
  }
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

class KeyMaker {
 public:
  KeyMaker(const Tree& tree, Findings& findings) : tree_(tree), findings_(findings) {}

  std::vector<CompiledTask> run() {
    std::vector<CompiledTask> tasks;
    tasks.reserve(tree_.tasks().size());
    bool all_verbatim = true;
    bool has_short_keys = false;
    for (const TaskNode& task : tree_.tasks()) {
      const bool verbatim = is_verbatim(task);
      has_short_keys = has_short_keys || key_scope(task) != task.group;
      all_verbatim = all_verbatim && verbatim;
      tasks.push_back({.path = tree_.path_of(task), .task_key = verbatim ? std::string(task.name) : joined(task)});
    }
    // Tasks of one name in one group are reported as such, so verbatim keys never meet in a good document.
    if (has_short_keys) check_short_keys(tasks);
    if (!all_verbatim) tell_apart(tasks);
    return tasks;
  }

 private:
  std::uint32_t key_scope(const TaskNode& task) const { return tree_.groups()[task.group].key_scope; }

  // Keys of tasks that need not be told apart from others: a task of the outermost group with a good name is called
  // that, and so is one whose groups leave its key alone.
  bool is_verbatim(const TaskNode& task) const { return key_scope(task) == 0 && is_task_key(task.name); }

  // A group without a prefix puts the keys of its tasks among those of the group around it, names and all.
  void check_short_keys(const std::vector<CompiledTask>& tasks) {
    const auto& nodes = tree_.tasks();
    FlatIndex by_name(tasks.size());
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
      const TaskNode& task = nodes[i];
      const std::uint32_t scope = key_scope(task);
      const std::size_t hash = FlatIndex::hash(task.name) ^ (scope * std::size_t{0x9E3779B97F4A7C15u});
      const std::uint32_t first = by_name.find_or_add(hash, i, [&](std::uint32_t other) {
        return nodes[other].name == task.name && key_scope(nodes[other]) == scope;
      });
      if (first == FlatIndex::kNone || nodes[first].group == task.group || task.name.empty()) continue;
      if (is_duplicate_.empty()) is_duplicate_.resize(tasks.size(), false);
      is_duplicate_[i] = true;
      findings_.error(Place(tree_.place(task), "task_key"), "duplicate_task_key",
                      quoted(tasks[i].path) + " and " + quoted(tasks[first].path) + " would both be " +
                          quoted(tasks[i].task_key) + " for Databricks, because a group says prefix_keys: false",
                      "rename one of them, or let the group prefix its keys");
    }
  }

  const std::string& prefix(std::uint32_t group) {
    if (prefixes_.empty()) prefixes_.resize(tree_.groups().size());
    std::string& prefix = prefixes_[group];
    if (prefix.empty() && group != 0) {
      const GroupNode& node = tree_.groups()[group];
      prefix = this->prefix(tree_.groups()[node.parent].key_scope) + fitted(node.name) + "__";
    }
    return prefix;
  }

  std::string joined(const TaskNode& task) {
    const std::string& prefix = this->prefix(key_scope(task));
    std::string key;
    key.reserve(prefix.size() + task.name.size());
    key = prefix;
    append_fitted(key, task.name);
    return key;
  }

  static std::size_t hash_of(const CompiledTask& task) { return FlatIndex::hash(task.task_key); }

  void tell_apart(std::vector<CompiledTask>& tasks) {
    const auto has_key = [&](const std::string& key) {
      return [&](std::uint32_t other) { return tasks[other].task_key == key; };
    };
    // Tasks that would share their key with the first one that has it, or whose key is too long for anybody.
    FlatIndex first_with_key(tasks.size());
    std::vector<bool> is_crowded(tasks.size(), false);
    bool all_good = true;
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
      const std::uint32_t first = first_with_key.find_or_add(hash_of(tasks[i]), i, has_key(tasks[i].task_key));
      // The same path twice is reported as a duplicate, and no key can tell the two apart.
      const bool is_reported = first == FlatIndex::kNone || tasks[i].path == tasks[first].path ||
                               (!is_duplicate_.empty() && is_duplicate_[i]);
      if (!is_reported) is_crowded[i] = is_crowded[first] = true;
      all_good = all_good && !is_crowded[i] && tasks[i].task_key.size() <= kMaxKey;
    }
    if (!all_good) rename(tasks, is_crowded);
  }

  void rename(std::vector<CompiledTask>& tasks, const std::vector<bool>& is_crowded) {
    const auto keeps_key = [&](std::uint32_t i) {
      return is_verbatim(tree_.tasks()[i]) || (tasks[i].task_key.size() <= kMaxKey && !is_crowded[i]);
    };
    std::unordered_set<std::string> taken;
    std::vector<std::uint32_t> renamed;
    for (std::uint32_t i = 0; i < tasks.size(); ++i) {
      if (keeps_key(i)) {
        taken.insert(tasks[i].task_key);
      } else {
        renamed.push_back(i);
      }
    }
    for (std::uint32_t i : renamed) {
      const std::string plain = std::move(tasks[i].task_key);
      // A digest could make the key of one task that of another; then it gets a longer one.
      for (std::size_t characters = kDigest; characters <= 64; characters += kDigest) {
        tasks[i].task_key = with_digest(plain, tasks[i].path, characters);
        if (taken.insert(tasks[i].task_key).second) break;
      }
      if (is_crowded[i]) {
        report(i, tasks[i], plain);
      } else {
        report_length(i, tasks[i], plain);
      }
    }
  }

  void report(std::uint32_t index, const CompiledTask& task, const std::string& plain) {
    const TaskNode& node = tree_.tasks()[index];
    if (node.name.empty()) return;
    findings_.warning(Place(tree_.place(node), "task_key"), "key_collision",
                      quoted(task.path) + " and another task would both be " + quoted(plain) +
                          " for Databricks, so this one is " + quoted(task.task_key),
                      "give one of them a name that differs in letters, digits, - or _");
  }

  void report_length(std::uint32_t index, const CompiledTask& task, const std::string& plain) {
    const TaskNode& node = tree_.tasks()[index];
    if (node.name.empty() || node.name.size() >= kMaxPathBytes) return;  // reported as such
    findings_.warning(Place(tree_.place(node), "task_key"), "key_shortened",
                      "the key of " + quoted(task.path) + " would have " + std::to_string(plain.size()) +
                          " characters, Databricks takes 100, so it is " + quoted(task.task_key),
                      "shorten the names of the task or of its groups");
  }

  const Tree& tree_;
  Findings& findings_;
  std::vector<std::string> prefixes_;
  std::vector<bool> is_duplicate_;  // reported as such; empty when none is
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
  append_fitted(key, name);
  return key;
}

std::vector<CompiledTask> keys_of(const Tree& tree, Findings& findings) { return KeyMaker(tree, findings).run(); }

}  // namespace brickwork::group
