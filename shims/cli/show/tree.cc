#include "show/tree.h"

#include <algorithm>
#include <map>
#include <memory>

#include "show/words.h"

namespace brickwork::cli {
namespace {

struct Node {
  std::string name;
  const TaskView* task = nullptr;
  const GroupView* group = nullptr;
  std::vector<std::unique_ptr<Node>> children;

  Node& child(const std::string& wanted) {
    for (const auto& existing : children) {
      if (existing->name == wanted && existing->task == nullptr) return *existing;
    }
    children.push_back(std::make_unique<Node>());
    children.back()->name = wanted;
    return *children.back();
  }
};

Node& node_at(Node& root, const std::string& path) {
  Node* node = &root;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t slash = std::min(path.find('/', start), path.size());
    node = &node->child(path.substr(start, slash - start));
    start = slash + 1;
  }
  return *node;
}

// A heading stands where its first task stands: the order is the handle's.
Node grown(const RunView& run) {
  Node root;
  for (const TaskView& task : run.tasks) node_at(root, task.path).task = &task;
  for (const GroupView& group : run.groups) node_at(root, group.path).group = &group;
  return root;
}

std::string elapsed(std::int64_t start_ms, std::int64_t end_ms, std::int64_t now_ms) {
  if (start_ms == 0) return {};
  return duration_text(std::max<std::int64_t>(0, (end_ms != 0 ? end_ms : now_ms) - start_ms));
}

struct Row {
  std::string prefix, name, verdict, words, time, note;
  bool task = false;
};

std::string task_words(const TaskView& task) {
  std::string words = task.repairing ? "repairing" : verdict_words(task.verdict);
  if (task.attempt_number > 0) words += ", attempt " + std::to_string(task.attempt_number + 1);
  return words;
}

Row row_of(const Node& node, std::string prefix, std::int64_t now_ms) {
  Row row;
  row.prefix = std::move(prefix);
  row.name = shown(node.name);
  if (node.task != nullptr) {
    row.task = true;
    row.verdict = node.task->verdict;
    row.words = task_words(*node.task);
    row.time = elapsed(node.task->start_ms, node.task->end_ms, now_ms);
    row.note = node.task->error;
  } else if (node.group != nullptr) {
    row.verdict = node.group->verdict;
    row.words = std::to_string(node.group->tasks_done) + "/" + std::to_string(node.group->tasks_total);
  }
  return row;
}

void collect(const Node& node, const std::string& indent, const Terminal& terminal, std::int64_t now_ms,
             std::vector<Row>& rows) {
  for (const auto& child : node.children) {
    const bool last = child == node.children.back();
    const char* branch = terminal.unicode ? (last ? "└ " : "├ ") : (last ? "`-" : "|-");
    const char* beyond = last ? "  " : (terminal.unicode ? "│ " : "| ");
    rows.push_back(row_of(*child, indent + branch, now_ms));
    collect(*child, indent + beyond, terminal, now_ms, rows);
  }
}

std::string padded(const std::string& text, std::size_t columns) {
  const std::size_t own = columns_of(text);
  return own >= columns ? text : text + std::string(columns - own, ' ');
}

TreeLine heading(const RunView& run, const Terminal& terminal, std::int64_t now_ms) {
  std::string text = (run.name.empty() ? "run" : shown(run.name)) + "  run " + run.run_id + "  " +
                     verdict_words(run.verdict) + "  " + elapsed(run.start_ms, run.end_ms, now_ms);
  if (run.repairs > 0) text += "  " + counted(static_cast<std::int64_t>(run.repairs), "repair");
  if (run.stale_since_ms != 0) text += "  (no answer since " + time_of_day(run.stale_since_ms) + ")";
  const auto width = static_cast<std::size_t>(terminal.columns);
  return {verdict_coloured(run.verdict, cut(text, width, terminal), terminal), run.verdict, false};
}

TreeLine line_of(const Row& row, std::size_t name_columns, std::size_t words_columns, const Terminal& terminal) {
  const auto width = static_cast<std::size_t>(terminal.columns);
  const std::string left = cut(padded(row.prefix + row.name, name_columns), width, terminal);
  std::string right = padded(row.words, words_columns) + "  " + padded(row.time, 8);
  if (!row.note.empty()) right += "  " + row.note;
  while (!right.empty() && right.back() == ' ') right.pop_back();
  const std::size_t room = width > columns_of(left) + 4 ? width - columns_of(left) - 4 : 0;
  if (row.verdict.empty() || room == 0) return {left, row.verdict, row.task};
  const std::string state = verdict_mark(row.verdict, terminal) + " " + cut(right, room, terminal);
  return {left + "  " + verdict_coloured(row.verdict, state, terminal), row.verdict, row.task};
}

// Lower goes first when there is no room.
int weight(const TreeLine& line) {
  if (!line.task) return 4;
  if (line.verdict == "running" || went_wrong(line.verdict)) return 3;
  if (line.verdict == "pending") return 2;
  return is_over(line.verdict) ? 0 : 1;
}

std::string left_out_text(const std::map<std::string, std::int64_t>& left_out, std::int64_t total) {
  std::string text = "  " + std::to_string(total) + " more:";
  const char* separator = " ";
  for (const auto& [verdict, count] : left_out) {
    text += separator + std::to_string(count) + " " + verdict_words(verdict);
    separator = ", ";
  }
  return text;
}

}  // namespace

std::vector<TreeLine> tree_of(const RunView& run, const Terminal& terminal, std::int64_t now_ms) {
  std::vector<Row> rows;
  collect(grown(run), "", terminal, now_ms, rows);
  std::size_t name_columns = 0;
  std::size_t words_columns = 0;
  for (const Row& row : rows) {
    name_columns = std::max(name_columns, columns_of(row.prefix) + columns_of(row.name));
    words_columns = std::max(words_columns, columns_of(row.words));
  }
  // One long name must not push every state off the screen.
  name_columns = std::min(name_columns, static_cast<std::size_t>(terminal.columns) / 2);

  std::vector<TreeLine> lines{heading(run, terminal, now_ms)};
  for (const Row& row : rows) lines.push_back(line_of(row, name_columns, words_columns, terminal));
  return lines;
}

std::vector<std::string> fit(const std::vector<TreeLine>& lines, int rows) {
  const std::size_t room = static_cast<std::size_t>(std::max(rows, 2));
  std::vector<bool> kept(lines.size(), true);
  std::size_t count = lines.size();
  std::map<std::string, std::int64_t> left_out;
  std::int64_t left_out_total = 0;
  for (int least = 0; least <= 4 && count > room; ++least) {
    for (std::size_t i = 1; i < lines.size() && count + (left_out_total == 0 ? 1 : 0) > room; ++i) {
      if (!kept[i] || weight(lines[i]) != least) continue;
      kept[i] = false;
      --count;
      if (left_out_total == 0) ++count;  // the line that says what is left out
      if (lines[i].task) ++left_out[lines[i].verdict];
      ++left_out_total;
    }
  }
  std::vector<std::string> shown_lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (kept[i]) shown_lines.push_back(lines[i].text);
  }
  if (left_out_total > 0) shown_lines.push_back(left_out_text(left_out, left_out_total));
  return shown_lines;
}

}  // namespace brickwork::cli
