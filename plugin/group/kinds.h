#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "group/members.h"

namespace brickwork::group {

// Where a kind of task runs, and so which of the group's compute choices a task of it may inherit.
enum class RunsOn : std::uint8_t {
  kCluster,     // any cluster or an environment
  kNewCluster,  // a cluster of its own and no other: spark_submit_task
  kNothing,     // on a warehouse, on a service, or on nothing at all
};

// One `*_task` member of the Jobs API and what is known of it.
struct Kind {
  std::string_view member;
  RunsOn runs_on = RunsOn::kNothing;
  bool attempts = true;  // has retries and a timeout of its own: not a condition, nor a loop, whose task has them
  std::span<const MemberRule> members;
  // What its members say together; null where that is nothing.
  void (*check)(const boost::json::object& task, const Place& place, Findings& findings) = nullptr;
};

std::span<const Kind> known_kinds();

inline constexpr std::size_t kMaxBaseParametersBytes = 1 << 20;  // of a notebook_task, as JSON

// The kind whose member is called that, or null: Databricks may know kinds that this library does not.
const Kind* find_kind(std::string_view member);

// The kind that may have been meant by a member that is none.
const Kind* nearest_kind(std::string_view member);

// What the member of a kind would be called, known or not.
bool is_kind_member(std::string_view member);

// The kind of the first `*_task` member of a task object, or null.
const Kind* kind_of(const boost::json::object& task);

// Whether Databricks takes a cluster or environment for this task. An unknown kind is given what the group has.
bool runs_on_cluster(const Kind* kind, const boost::json::value& task);

// What is certainly wrong inside one `*_task` object.
void check_kind(const Kind& kind, const boost::json::object& task, const Place& place, Findings& findings);

}  // namespace brickwork::group
