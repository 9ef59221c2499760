#include "group/import_slots.h"

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

#include "group/merging.h"
#include "group/task.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Form = Slot::Form;

constexpr std::size_t kPunctuation = 6;  // "": , and a space or two

Form form_of(std::string_view member) {
  if (is_compute_choice(member)) return Form::kCompute;
  if (is_deep_member(member)) return Form::kDeep;
  return member == "libraries" ? Form::kLibraries : Form::kMember;
}

Reach reach_of(std::string_view member) {
  if (is_attempt_member(member)) return Reach::kAttempts;
  if (member == "libraries") return Reach::kLibraries;
  return member == "run_if" ? Reach::kRunIf : Reach::kTask;
}

// Members that belong to one task, and those that would mean something else in defaults.
bool is_own_member(std::string_view member) {
  return member == "task_key" || member == "depends_on" || member == "group" || member == "tasks" ||
         is_kind_member(member) || find_parameter_default(member) != nullptr;
}

bool is_list_of_strings(const json::value& value) {
  const json::array* array = value.if_array();
  return array != nullptr &&
         std::all_of(array->begin(), array->end(), [](const json::value& one) { return one.is_string(); });
}

class Collector {
 public:
  explicit Collector(Heirs& heirs) : heirs_(heirs) {}

  std::vector<Slot> run() {
    for (std::uint32_t heir = 0; heir < heirs_.list().size(); ++heir) {
      read_members(heir);
      read_parameters(heir);
    }
    std::vector<Slot> good;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const std::string_view name = slots_[i].name;
      if (is_blocked_[i] || slots_[i].entries.size() < 2 || blocked_maps_.contains(name)) continue;
      if (name == "python_named_params" && has_wheel_with_list_) continue;
      tell_apart(slots_[i]);
      good.push_back(std::move(slots_[i]));
    }
    return good;
  }

 private:
  void read_members(std::uint32_t index) {
    const Heirs::Heir& heir = heirs_.list()[index];
    std::size_t position = 0;
    for (const auto& [name, value] : *heir.object) {
      const std::size_t here = position++;
      if (is_own_member(name)) continue;
      const Form form = form_of(name);
      const Reach reach = reach_of(name);
      const bool takes = form == Form::kCompute ? takes_compute(heir.runs_on, name) : heir.has(reach);
      const std::size_t slot = slot_for(form, reach, form == Form::kCompute ? "new_cluster" : name, {});
      // A null of the job's own would be taken for a refusal.
      const bool adds_up = form == Form::kDeep || form == Form::kLibraries;
      if (value.is_null() || (adds_up && !can_be_merged(value))) is_blocked_[slot] = true;
      if (takes) slots_[slot].entries.push_back({.heir = index, .name = name, .value = &value, .position = here});
    }
  }

  void read_parameters(std::uint32_t index) {
    for (const Heirs::Parameters& parameters : heirs_.list()[index].parameters) {
      const ParameterDefault& rule = *parameters.rule;
      const Reach reach = Heirs::reach_of_parameters(rule.name);
      if (parameters.value == nullptr) continue;
      if (rule.form == ParameterDefault::Form::kList) {
        // A wheel takes the named ones first, and would not get its list back.
        has_wheel_with_list_ = has_wheel_with_list_ || rule.kind == "python_wheel_task";
        const std::size_t slot = slot_for(Form::kList, reach, rule.name, {});
        if (!is_list_of_strings(*parameters.value)) is_blocked_[slot] = true;
        slots_[slot].entries.push_back({.heir = index, .name = rule.name, .value = parameters.value});
      } else if (const json::object* map = parameters.value->if_object()) {
        std::size_t position = 0;
        for (const auto& [key, value] : *map) {
          const std::size_t slot = slot_for(Form::kKey, reach, rule.name, key);
          if (value.is_null() || value.is_structured()) is_blocked_[slot] = true;
          slots_[slot].entries.push_back({.heir = index, .name = rule.name, .value = &value, .position = position++});
        }
      } else {
        blocked_maps_.insert(rule.name);
      }
    }
  }

  std::size_t slot_for(Form form, Reach reach, std::string_view name, std::string_view key) {
    std::string text(name);
    if (form == Form::kKey) text.append(1, '\0').append(key);
    const auto [found, is_new] = by_name_.try_emplace(std::move(text), slots_.size());
    if (is_new) {
      slots_.push_back({.form = form, .reach = reach, .name = name, .key = key});
      is_blocked_.push_back(false);
    }
    return found->second;
  }

  // Equal values get one number, by what they are as text.
  static void tell_apart(Slot& slot) {
    std::unordered_map<std::string, std::uint32_t> ids;
    for (Slot::Entry& entry : slot.entries) {
      std::string text = json::serialize(*entry.value);
      const std::string_view name = slot.form == Form::kKey ? slot.key : entry.name;
      entry.size = name.size() + text.size() + kPunctuation;
      if (slot.form == Form::kCompute) text += entry.name;
      entry.id = ids.try_emplace(std::move(text), static_cast<std::uint32_t>(ids.size())).first->second;
    }
  }

  Heirs& heirs_;
  std::vector<Slot> slots_;
  std::vector<bool> is_blocked_;
  std::set<std::string_view> blocked_maps_;
  std::unordered_map<std::string, std::size_t> by_name_;
  bool has_wheel_with_list_ = false;
};

}  // namespace

std::vector<Slot> slots_of(Heirs& heirs) { return Collector(heirs).run(); }

std::size_t size_of_refusal(std::string_view name) { return name.size() + kPunctuation + 4; }

}  // namespace brickwork::group
