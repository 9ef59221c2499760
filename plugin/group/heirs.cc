#include "group/heirs.h"

#include <algorithm>

namespace brickwork::group {
namespace {

namespace json = boost::json;

const json::object* repeated_task(const Kind* kind, const json::object* kind_object) {
  if (kind == nullptr || kind->member != "for_each_task" || kind_object == nullptr) return nullptr;
  return object_in(*kind_object, "task");
}

json::object left_of(const Heirs::Parameters& parameters, const json::object& map) {
  json::object left;
  std::size_t position = 0;
  for (const auto& [key, value] : map) {
    if (parameters.dropped.empty() || !parameters.dropped[position]) left.emplace(key, value);
    ++position;
  }
  for (const std::string_view key : parameters.refused) left.emplace(key, nullptr);
  return left;
}

// The list or map with what groups say taken out; nothing at all where nothing is left to say.
void write_parameters(const Heirs::Parameters& parameters, json::object& kind_object) {
  json::value written;
  if (!parameters.is_refused) {
    if (parameters.value == nullptr || parameters.is_dropped) return;
    const json::object* map = parameters.value->if_object();
    written = map != nullptr ? left_of(parameters, *map) : *parameters.value;
    if (map != nullptr && !map->empty() && written.get_object().empty()) return;
  }
  kind_object.emplace(parameters.rule->member, std::move(written));
}

}  // namespace

void Heirs::Heir::drop(std::size_t position) {
  if (dropped.empty()) dropped.resize(object->size(), false);
  dropped[position] = true;
}

Heirs::Parameters* Heirs::Heir::parameters_named(std::string_view name) {
  for (Parameters& one : parameters) {
    if (one.rule->name == name) return &one;
  }
  return nullptr;
}

Heirs::Heirs(const Nesting& nesting, const ImportedDependencies& dependencies)
    : nesting_(nesting), direct_(nesting.groups().size()) {
  for (std::uint32_t task = 0; task < nesting.tasks().size(); ++task) {
    first_heir_.push_back(static_cast<std::uint32_t>(list_.size()));
    add(*nesting.tasks()[task].object, task, /*is_repeated=*/false, dependencies.has_any(task));
    if (const json::object* repeated = repeated_task(list_.back().kind, list_.back().kind_object))
      add(*repeated, task, /*is_repeated=*/true, /*has_dependencies=*/false);
  }
  first_heir_.push_back(static_cast<std::uint32_t>(list_.size()));
  for (std::size_t reach = 0; reach < kReaches; ++reach) {
    std::vector<std::uint32_t>& before = before_[reach];
    before.reserve(list_.size() + 1);
    before.push_back(0);
    for (const Heir& heir : list_) before.push_back(before.back() + (heir.reaches >> reach & 1));
  }
}

Reach Heirs::reach_of_parameters(std::string_view name) {
  auto reach = static_cast<std::uint8_t>(Reach::kFirstParameters);
  std::string_view before;
  for (const ParameterDefault& rule : parameter_defaults()) {
    if (!before.empty() && rule.name != before) ++reach;  // rules of one name follow each other
    before = rule.name;
    if (rule.name == name) break;
  }
  return static_cast<Reach>(reach);
}

void Heirs::add(const json::object& object, std::uint32_t task, bool is_repeated, bool has_dependencies) {
  Heir& heir = list_.emplace_back();
  heir.object = &object;
  heir.kind = kind_of(object);
  heir.kind_object = heir.kind != nullptr ? object_in(object, heir.kind->member) : nullptr;
  heir.task = task;
  heir.group = nesting_.tasks()[task].group;
  heir.is_repeated = is_repeated;
  heir.runs_on = runs_on(heir.kind, object);
  direct_[heir.group].push_back(static_cast<std::uint32_t>(list_.size() - 1));

  const auto reach = [&](Reach which, bool is_reached) {
    if (is_reached) heir.reaches |= 1U << static_cast<unsigned>(which);
  };
  reach(Reach::kTask, !is_repeated);
  reach(Reach::kRunIf, has_dependencies);
  reach(Reach::kAttempts, heir.kind == nullptr || heir.kind->attempts);
  reach(Reach::kLibraries, heir.runs_on == RunsOn::kCluster);
  if (compute_of(object) == Compute::kUnsaid) {
    reach(Reach::kFreeForCompute, heir.runs_on == RunsOn::kCluster);
    reach(Reach::kFreeForCluster, heir.runs_on == RunsOn::kNewCluster);
  }
  if (heir.kind_object == nullptr) return;
  for (const ParameterDefault& rule : parameter_defaults()) {
    if (rule.kind != heir.kind->member || !takes_parameters(rule, *heir.kind_object)) continue;
    reach(reach_of_parameters(rule.name), true);
    const auto member = heir.kind_object->find(rule.member);
    const bool is_there = member != heir.kind_object->end();
    heir.parameters.push_back({.rule = &rule,
                               .position = static_cast<std::size_t>(member - heir.kind_object->begin()),
                               .value = is_there ? &member->value() : nullptr});
  }
}

json::object Heirs::remains_of_task(std::uint32_t task) const { return remains(first_heir_[task]); }

json::object Heirs::remains(std::uint32_t index) const {
  const Heir& heir = list_[index];
  json::object left;
  left.reserve(heir.object->size() + heir.refused.size());
  std::size_t position = 0;
  for (const auto& [name, value] : *heir.object) {
    const std::size_t here = position++;
    const auto replaced =
        std::find_if(heir.replaced.begin(), heir.replaced.end(), [&](const auto& one) { return one.first == here; });
    if (replaced != heir.replaced.end()) {
      left.emplace(name, replaced->second);
    } else if (!heir.dropped.empty() && heir.dropped[here]) {
      continue;
    } else if (heir.kind != nullptr && heir.kind->member == std::string_view(name) && heir.kind_object != nullptr) {
      left.emplace(name, kind_remains(index));
    } else if (heir.is_repeated || (name != "task_key" && name != "depends_on")) {
      left.emplace(name, value);
    }
  }
  for (const std::string_view name : heir.refused) left.emplace(name, nullptr);
  return left;
}

json::object Heirs::kind_remains(std::uint32_t index) const {
  const Heir& heir = list_[index];
  const json::object* repeated = repeated_task(heir.kind, heir.kind_object);
  json::object left;
  left.reserve(heir.kind_object->size());
  std::size_t position = 0;
  for (const auto& [name, value] : *heir.kind_object) {
    const std::size_t here = position++;
    const Parameters* parameters = nullptr;
    for (const Parameters& one : heir.parameters) {
      if (one.value != nullptr && one.position == here) parameters = &one;
    }
    if (parameters != nullptr) {
      write_parameters(*parameters, left);
    } else if (repeated != nullptr && name == "task" && !heir.is_repeated) {
      left.emplace(name, remains(index + 1));
    } else {
      left.emplace(name, value);
    }
  }
  for (const Parameters& one : heir.parameters) {
    if (one.value == nullptr) write_parameters(one, left);
  }
  return left;
}

}  // namespace brickwork::group
