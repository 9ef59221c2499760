#include "group/import_dependencies.h"

#include <algorithm>
#include <string>

namespace brickwork::group {
namespace {

namespace json = boost::json;

}  // namespace

ImportedDependencies::ImportedDependencies(const Nesting& nesting)
    : nesting_(nesting), lifted_(nesting.groups().size()), last_tasks_(nesting.groups().size()) {
  read();
  // The outer group's come last in a task's list, so they are taken off first.
  for (std::uint32_t group = 1; group < nesting.groups().size(); ++group) lift(group);
  find_last_tasks();
}

void ImportedDependencies::read() {
  for (const NestedTask& task : nesting_.tasks()) {
    std::vector<Entry>& list = lists_.emplace_back();
    if (const json::array* entries = array_in(*task.object, "depends_on")) {
      for (const json::value& entry : *entries) {
        const json::object& object = entry.get_object();
        list.push_back({&entry, nesting_.task_of(object.at("task_key").get_string()), object.size() == 1});
      }
    }
    kept_.push_back(list.size());
  }
}

// The tasks that wait for nothing inside the group: its dependencies would be theirs.
std::vector<std::uint32_t> ImportedDependencies::first_tasks(std::uint32_t group) const {
  std::vector<std::uint32_t> first;
  for (std::uint32_t task = nesting_.groups()[group].first_task; task < nesting_.groups()[group].end_task; ++task) {
    const bool waits_inside = std::any_of(lists_[task].begin(), lists_[task].end(),
                                          [&](const Entry& entry) { return nesting_.contains(group, entry.target); });
    if (!waits_inside) first.push_back(task);
  }
  return first;
}

void ImportedDependencies::lift(std::uint32_t group) {
  const std::vector<std::uint32_t> first = first_tasks(group);
  const std::span<const Entry> model = remaining(first.front());
  std::size_t shared = model.size();
  for (const std::uint32_t task : first) {
    const std::span<const Entry> other = remaining(task);
    const auto end = std::mismatch(model.rbegin(), model.rbegin() + static_cast<std::ptrdiff_t>(shared), other.rbegin(),
                                   other.rend(), [](const Entry& left, const Entry& right) {
                                     return left.target == right.target && *left.written == *right.written;
                                   });
    shared = static_cast<std::size_t>(end.first - model.rbegin());
  }
  const std::span<const Entry> suffix = model.last(shared);
  lifted_[group].assign(suffix.begin(), suffix.end());
  for (const std::uint32_t task : first) kept_[task] -= shared;
}

void ImportedDependencies::find_last_tasks() {
  std::vector<std::int32_t> waited_for_at(lists_.size(),
                                          -1);  // depth of the innermost group that is shared with a waiter
  for (std::uint32_t task = 0; task < lists_.size(); ++task) {
    for (const Entry& entry : lists_[task]) {
      const std::uint32_t shared =
          nesting_.shared_group(nesting_.tasks()[task].group, nesting_.tasks()[entry.target].group);
      std::int32_t& depth = waited_for_at[entry.target];
      depth = std::max(depth, static_cast<std::int32_t>(nesting_.groups()[shared].depth));
    }
  }
  for (std::uint32_t task = 0; task < lists_.size(); ++task) {
    for (std::uint32_t group = nesting_.tasks()[task].group; group != 0; group = nesting_.groups()[group].parent) {
      if (waited_for_at[task] < static_cast<std::int32_t>(nesting_.groups()[group].depth))
        last_tasks_[group].push_back(task);
    }
  }
}

json::array ImportedDependencies::of(NodeId writer) const {
  json::array list;
  std::span<const Entry> entries = writer.is_task() ? remaining(writer.index) : std::span(lifted_[writer.index]);
  list.reserve(entries.size());
  while (!entries.empty()) {
    const Entry& entry = entries.front();
    if (const std::uint32_t group = group_at(writer, entries); group != 0) {
      list.emplace_back(name(writer, {NodeId::Type::kGroup, group}));
      entries = entries.subspan(last_tasks_[group].size());
      continue;
    }
    std::string text = name(writer, {NodeId::Type::kTask, entry.target});
    if (entry.is_plain) {
      list.emplace_back(std::move(text));
    } else {
      json::object& copy = list.emplace_back(*entry.written).get_object();
      copy["task_key"] = text;
    }
    entries = entries.subspan(1);
  }
  return list;
}

// The outermost group whose last tasks are the next entries, one after the other, or 0. Nothing waits for a group that
// it is in.
std::uint32_t ImportedDependencies::group_at(NodeId writer, std::span<const Entry> entries) const {
  std::uint32_t found = 0;
  std::uint32_t group = nesting_.tasks()[entries.front().target].group;
  for (; group != 0 && !nesting_.is_inside(writer, group); group = nesting_.groups()[group].parent) {
    const std::vector<std::uint32_t>& last = last_tasks_[group];
    if (last.size() > entries.size()) continue;
    const bool fits = std::equal(last.begin(), last.end(), entries.begin(), [](std::uint32_t task, const Entry& entry) {
      return entry.is_plain && entry.target == task;
    });
    if (fits) found = group;
  }
  return found;
}

// As a reader in the writer's place would say it; from the outermost group where a nearer one has another of that name.
std::string ImportedDependencies::name(NodeId writer, NodeId target) const {
  const std::uint32_t scope = nesting_.parent(writer);
  const std::uint32_t shared = nesting_.shared_group(scope, nesting_.parent(target));
  std::vector<std::string_view> path;
  std::uint32_t group = nesting_.parent(target);
  path.push_back(nesting_.name(target));
  for (; group != shared; group = nesting_.groups()[group].parent) path.push_back(nesting_.groups()[group].name);

  bool is_hidden = false;
  for (std::uint32_t inner = scope; inner != shared; inner = nesting_.groups()[inner].parent)
    is_hidden = is_hidden || nesting_.has_child(inner, path.back());
  std::string text;
  if (is_hidden) {
    for (; group != 0; group = nesting_.groups()[group].parent) path.push_back(nesting_.groups()[group].name);
    text = "/";
  }
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    text += *step;
    if (step + 1 != path.rend()) text += '/';
  }
  return text;
}

}  // namespace brickwork::group
