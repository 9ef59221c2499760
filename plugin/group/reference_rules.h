#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "group/compile.h"
#include "group/dynamic_reference.h"
#include "group/tree.h"

namespace brickwork::group {

// What can be said of one {{...}} by itself: whether there is such a value, and whether it may be asked for where it
// stands.
class ReferenceRules {
 public:
  // Where a text stands decides what it may refer to.
  enum class Where : std::uint8_t { kTask, kLoopBody, kDefaults, kJob };

  ReferenceRules(const Tree& tree, std::span<const CompiledTask> tasks, Findings& findings)
      : tree_(tree), tasks_(tasks), findings_(findings) {}

  // Reports what is wrong with it. Answers with the task of which it asks for a value, if there is one.
  std::optional<std::uint32_t> check(const DynamicReference& reference, const Place& place, Where where);

  std::optional<std::uint32_t> task_of(std::string_view key);

 private:
  void report_unknown(const DynamicReference& reference, const Place& place, std::string_view rule,
                      std::string_view otherwise);
  void check_parameter(const DynamicReference& reference, const Place& place);
  std::string fix_of(std::string_view name);
  void read_parameters();

  const Tree& tree_;
  std::span<const CompiledTask> tasks_;
  Findings& findings_;
  std::unordered_map<std::string_view, std::uint32_t> keys_;  // both are filled when they are asked for first
  std::unordered_set<std::string_view> parameters_;
  bool has_parameters_ = false;
  std::size_t work_left_ = 2'000'000;  // for suggestions in all
};

// As messages show it.
std::string in_braces(std::string_view reference);

}  // namespace brickwork::group
