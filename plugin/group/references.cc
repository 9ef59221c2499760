#include "group/dependencies.h"
#include "group/suggest.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

bool is_repeated(std::span<const Reference> earlier, const Reference& reference) {
  // Thousands of entries in one depends_on are a mistake found elsewhere; comparing all of them would be quadratic.
  const std::size_t compared = std::min<std::size_t>(earlier.size(), 100);
  for (const Reference& other : earlier.first(compared)) {
    if (other.target == reference.target && other.outcome == reference.outcome) return true;
  }
  return false;
}

// The name in an entry that says nothing else, or null.
const json::string* name_alone(const json::value& entry) {
  if (const json::string* text = entry.if_string()) return text;
  const json::object* object = entry.if_object();
  return object != nullptr && object->size() == 1 ? string_in(*object, "task_key") : nullptr;
}

// Reads the depends_on of one task or group after another into one list.
class Reader {
 public:
  Reader(const Tree& tree, Findings& findings) : tree_(tree), findings_(findings), suggestions_(tree) {}

  void read(NodeId node, const json::value* depends_on, const Place& node_place, std::vector<Reference>& list) {
    if (depends_on == nullptr) return;
    const json::array* entries = depends_on->if_array();
    if (entries == nullptr) return;  // reported with the other members
    const Place place(node_place, "depends_on");
    const std::size_t begin = list.size();
    for (std::uint32_t i = 0; i < entries->size(); ++i) {
      Reference reference{.entry = i};
      if (!read_entry(node, (*entries)[i], Place(place, i), reference)) continue;
      if (is_repeated(std::span(list).subspan(begin), reference)) {
        findings_.warning(Place(place, i), "duplicate_dependency",
                          quoted(tree_.path(reference.target)) + " is named twice in the same depends_on",
                          "leave one of them out");
        continue;
      }
      list.push_back(reference);
    }
  }

 private:
  bool read_entry(NodeId node, const json::value& entry, const Place& place, Reference& reference) {
    if (const json::string* text = entry.if_string()) return resolve(node, *text, place, reference);
    const json::object* object = entry.if_object();
    if (object == nullptr) {
      findings_.error(place, "wrong_type",
                      "an entry of depends_on is " + shown(entry) + ", it must name a task or group",
                      "write its name, or {\"task_key\": \"its name\"}");
      return false;
    }
    const json::string* key = string_in(*object, "task_key");
    if (key == nullptr) {
      const bool is_there = object->contains("task_key");
      findings_.error(is_there ? Place(place, "task_key") : place, is_there ? "wrong_type" : "missing_task_key",
                      is_there ? "task_key is " + shown(object->at("task_key")) + ", it must be a string"
                               : std::string("the entry of depends_on has no task_key"),
                      "name the task or group in task_key");
      return false;
    }
    if (!resolve(node, *key, Place(place, "task_key"), reference)) return false;
    if (const json::value* outcome = object->if_contains("outcome"))
      return outcome->is_null() || read_outcome(*outcome, Place(place, "outcome"), reference);
    return true;
  }

  bool read_outcome(const json::value& outcome, const Place& place, Reference& reference) {
    const json::string* text = outcome.if_string();
    if (text != nullptr && *text == "true") {
      reference.outcome = Outcome::kTrue;
    } else if (text != nullptr && *text == "false") {
      reference.outcome = Outcome::kFalse;
    } else {
      findings_.error(place, "bad_outcome", "outcome is " + shown(outcome) + ", it must be \"true\" or \"false\"",
                      "write it as a string, \"true\" or \"false\"");
      return false;
    }
    const NodeId target = reference.target;
    const Kind* kind = target.is_task() ? tree_.tasks()[target.index].members.kind : nullptr;
    if (kind != nullptr && kind->member == "condition_task") return true;
    // A task whose kind is unknown may be a condition by another name.
    if (target.is_task() && kind == nullptr) return true;
    findings_.error(place, "outcome_without_condition",
                    quoted(tree_.path(target)) + " is not a condition_task, so it has no outcome " + shown(outcome),
                    "leave outcome out, or depend on the condition_task itself");
    return false;
  }

  // The innermost group that can follow the whole path decides, so that a name alone means a sibling first. A leading
  // slash begins at the outermost group.
  bool resolve(NodeId node, std::string_view text, const Place& place, Reference& reference) {
    const std::uint32_t scope = tree_.parent(node);
    if (text.starts_with('/')) {
      reference.target = tree_.follow(0, text.substr(1));
    } else {
      std::uint32_t group = scope;
      reference.target = tree_.follow(group, text);
      while (reference.target == NodeId{} && group != 0) {
        group = tree_.groups()[group].parent;
        reference.target = tree_.follow(group, text);
      }
    }
    if (reference.target != NodeId{}) return true;
    const std::string suggestion = suggestions_.instead_of(text, scope);
    findings_.error(place, "unknown_dependency",
                    quoted(tree_.path(node)) + " depends on " + quoted(text) + ", which is neither a task nor a group",
                    suggestion.empty() ? "name a sibling, or a task of another group by its path, as in \"group/task\""
                                       : "did you mean " + quoted(suggestion) + "?");
    return false;
  }

  const Tree& tree_;
  Findings& findings_;
  Suggestions suggestions_;
};

}  // namespace

void References::read_early(const Tree& tree, std::uint32_t task) {
  const TaskNode& node = tree.tasks()[task];
  const std::uint32_t begin = size();
  Range& range = task_ranges_.emplace_back(Range{begin, begin});
  const json::array* entries = node.members.depends_on != nullptr ? node.members.depends_on->if_array() : nullptr;
  if (entries == nullptr) return;
  for (std::uint32_t i = 0; i < entries->size(); ++i) {
    const json::string* name = name_alone((*entries)[i]);
    Reference reference{.entry = i};
    if (name != nullptr && !name->starts_with('/')) reference.target = tree.follow(node.group, *name);
    if (reference.target == NodeId{} || is_repeated(std::span(list_).subspan(begin), reference)) {
      list_.resize(begin);
      range.begin = kUnread;
      return;
    }
    list_.push_back(reference);
  }
  range.end = size();
}

void References::read_rest(const Tree& tree, Findings& findings) {
  Reader reader(tree, findings);
  for (std::uint32_t i = 0; i < tree.tasks().size(); ++i) {
    if (task_ranges_[i].begin != kUnread) continue;
    const TaskNode& task = tree.tasks()[i];
    const std::uint32_t begin = size();
    reader.read({NodeId::Type::kTask, i}, task.members.depends_on, tree.place(task), list_);
    task_ranges_[i] = {begin, size()};
  }
  group_ranges_.reserve(tree.groups().size());
  group_ranges_.push_back({});  // the outermost depends on nothing: there is nothing beside it
  for (std::uint32_t i = 1; i < tree.groups().size(); ++i) {
    const GroupNode& group = tree.groups()[i];
    const std::uint32_t begin = size();
    reader.read({NodeId::Type::kGroup, i}, group.depends_on, group.place, list_);
    group_ranges_.push_back({begin, size()});
  }
}

}  // namespace brickwork::group
