#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "group/import_dependencies.h"
#include "group/inheritance.h"
#include "group/nesting.h"
#include "group/parameters.h"

namespace brickwork::group {

// What a member of `defaults` may reach, as bits of an heir: the rules of defaults.cc, asked from the other end.
enum class Reach : std::uint8_t {
  kTask,             // any member without a rule of its own: tasks, not what a loop repeats
  kRunIf,            // tasks that wait for others
  kAttempts,         // retries and timeouts
  kLibraries,        //
  kFreeForCompute,   // takes any compute choice and has none
  kFreeForCluster,   // takes new_cluster only, and has no choice
  kFirstParameters,  // and from here on one for each name of parameters in defaults
};
inline constexpr std::size_t kReaches = 16;

// Who inherits in the nested document: each task, and the task that a for_each_task repeats. It keeps what becomes of
// their members when a group says them instead.
class Heirs {
 public:
  struct Parameters {
    const ParameterDefault* rule = nullptr;
    std::size_t position = 0;                   // of the member in the kind's object
    const boost::json::value* value = nullptr;  // null where the kind's object has no such member
    std::vector<bool> dropped;                  // keys, by position
    std::vector<std::string_view> refused;
    bool is_dropped = false;  // the whole list
    bool is_refused = false;  // all of it, by one null
  };

  struct Heir {
    const boost::json::object* object = nullptr;
    const Kind* kind = nullptr;
    const boost::json::object* kind_object = nullptr;  // of a known kind
    std::uint32_t task = 0;
    std::uint32_t group = 0;
    std::uint32_t reaches = 0;  // one bit for each Reach
    RunsOn runs_on = RunsOn::kNothing;
    bool is_repeated = false;
    // What is left of it.
    std::vector<bool> dropped;  // members, by position; empty: none
    std::vector<std::pair<std::size_t, boost::json::value>> replaced;
    std::vector<std::string_view> refused;
    std::vector<Parameters> parameters;

    bool has(Reach reach) const { return (reaches >> static_cast<unsigned>(reach) & 1) != 0; }
    void drop(std::size_t position);
    Parameters* parameters_named(std::string_view name);
  };

  Heirs(const Nesting& nesting, const ImportedDependencies& dependencies);

  static Reach reach_of_parameters(std::string_view name);

  std::vector<Heir>& list() { return list_; }
  std::uint32_t group_of(std::uint32_t heir) const { return list_[heir].group; }
  std::uint32_t first(std::uint32_t group) const { return first_heir_[nesting_.groups()[group].first_task]; }
  std::uint32_t end(std::uint32_t group) const { return first_heir_[nesting_.groups()[group].end_task]; }
  const std::vector<std::uint32_t>& directly_in(std::uint32_t group) const { return direct_[group]; }
  std::size_t count(Reach reach, std::uint32_t group) const {
    const std::vector<std::uint32_t>& before = before_[static_cast<std::size_t>(reach)];
    return before[end(group)] - before[first(group)];
  }

  // The task as the group document says it, but for its key and dependencies.
  boost::json::object remains_of_task(std::uint32_t task) const;

 private:
  void add(const boost::json::object& object, std::uint32_t task, bool is_repeated, bool has_dependencies);
  boost::json::object remains(std::uint32_t heir) const;
  boost::json::object kind_remains(std::uint32_t heir) const;

  const Nesting& nesting_;
  std::vector<Heir> list_;                 // in the order of the tasks
  std::vector<std::uint32_t> first_heir_;  // of each task, and the number of all
  std::vector<std::vector<std::uint32_t>> direct_;
  std::array<std::vector<std::uint32_t>, kReaches> before_;  // how many heirs before each one are reached
};

}  // namespace brickwork::group
