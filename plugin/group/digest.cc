#include "group/digest.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <vector>

#include "group/digester.h"
#include "group/spelled_defaults.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kDigestCharacters = 32;

// The member by which Databricks tells the entries of an array apart; empty where their order is part of the meaning.
std::string_view key_of_entries(Where where, std::string_view array) {
  if (where == Where::kTask) return array == "depends_on" ? "task_key" : "";
  if (where != Where::kJob) return "";
  if (array == "tasks") return "task_key";
  if (array == "job_clusters") return "job_cluster_key";
  if (array == "environments") return "environment_key";
  return array == "parameters" ? "name" : "";
}

// The first bytes of a name as a number that sorts as they do: most names differ there, and are not looked at again.
std::uint64_t first_bytes_of(std::string_view name) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, name.data(), std::min(name.size(), sizeof bytes));
  return std::endian::native == std::endian::little ? __builtin_bswap64(bytes) : bytes;
}

// An entry of such an array.
struct SortedEntry {
  std::uint64_t first_bytes = 0;  // of what is behind the beginning that all keys have in common
  std::string_view key;
  const json::value* value = nullptr;

  SortedEntry(const json::value& entry, std::string_view key_member) : value(&entry) {
    const json::object* object = entry.if_object();
    const json::value* name = object != nullptr ? object->if_contains(key_member) : nullptr;
    if (name != nullptr && name->is_string()) key = name->get_string();
  }

  // One task may wait for the same other one by both outcomes.
  std::string_view outcome() const {
    const json::object* object = value->if_object();
    const json::value* text = object != nullptr ? object->if_contains("outcome") : nullptr;
    return text != nullptr && text->is_string() ? std::string_view(text->get_string()) : std::string_view();
  }

  friend bool operator<(const SortedEntry& left, const SortedEntry& right) {
    if (left.first_bytes != right.first_bytes) return left.first_bytes < right.first_bytes;
    if (left.key != right.key) return left.key < right.key;
    const std::string_view outcomes[] = {left.outcome(), right.outcome()};
    return outcomes[0] != outcomes[1] ? outcomes[0] < outcomes[1] : left.value < right.value;
  }
};

// Keys of tasks begin with those of their groups, which tells few of them apart.
void leave_out_common_beginning(std::span<SortedEntry> entries) {
  constexpr std::size_t kFew = 8;  // are compared sooner than that is found out
  if (entries.size() <= kFew) return;
  std::string_view common = entries.front().key;
  for (const SortedEntry& entry : entries) {
    const auto [end, other] = std::mismatch(common.begin(), common.end(), entry.key.begin(), entry.key.end());
    common = common.substr(0, static_cast<std::size_t>(end - common.begin()));
  }
  for (SortedEntry& entry : entries) entry.first_bytes = first_bytes_of(entry.key.substr(common.size()));
}

struct SortedMember {
  std::uint64_t first_bytes;
  const json::key_value_pair* member;

  explicit SortedMember(const json::key_value_pair& pair) : first_bytes(first_bytes_of(pair.key())), member(&pair) {}
  friend bool operator<(const SortedMember& left, const SortedMember& right) {
    if (left.first_bytes != right.first_bytes) return left.first_bytes < right.first_bytes;
    return left.member->key() < right.member->key();
  }
};

// The canonical form is read once from left to right by SHA-256 and never kept. Depth is bounded by the check that
// every document passes before it is compiled.
class Canonical {
 public:
  // A file is taken from git where the job has a git_source, unless the task says otherwise.
  Canonical(Digester& digester, const json::object& job)
      : digester_(digester), source_(has_git_source(job) ? "GIT" : "WORKSPACE") {}

  void add_object(const json::object& object, Where where) {
    const std::size_t begin = members_.size();
    bool is_sorted = true;
    for (const auto& member : object) {
      if (is_default(where, member.key(), member.value()) || is_source(where, member)) continue;
      members_.emplace_back(member);
      is_sorted = is_sorted && (members_.size() - begin < 2 || *(members_.end() - 2) < members_.back());
    }
    const std::size_t end = members_.size();
    if (!is_sorted) std::sort(members_.begin() + static_cast<std::ptrdiff_t>(begin), members_.end());
    digester_.add_head('{', end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const json::key_value_pair& member = *members_[i].member;
      digester_.add_text('k', member.key());
      if (const json::array* array = member.value().if_array()) {
        add_array(*array, where, member.key());
      } else if (const json::object* inner = member.value().if_object()) {
        add_object(*inner, where_inside(where, member.key()));
      } else {
        add(member.value());
      }
    }
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(begin), members_.end());
  }

 private:
  static bool has_git_source(const json::object& job) {
    const json::value* source = job.if_contains("git_source");
    return source != nullptr && !source->is_null();
  }

  bool is_source(Where where, const json::key_value_pair& member) const {
    return where == Where::kKind && member.key() == "source" && member.value().is_string() &&
           member.value().get_string() == source_;
  }

  void add_array(const json::array& array, Where where, std::string_view member) {
    const std::string_view key = key_of_entries(where, member);
    if (key.empty()) return add_entries(array, Where::kInside);
    const Where where_entries = member == "tasks" ? Where::kTask : Where::kInside;
    const std::size_t begin = entries_.size();
    for (const json::value& entry : array) entries_.emplace_back(entry, key);
    leave_out_common_beginning(std::span(entries_).subspan(begin));
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(begin);
    if (!std::is_sorted(first, entries_.end())) std::sort(first, entries_.end());
    digester_.add_head('[', array.size());
    // By number: what is inside may move the entries in memory.
    for (std::size_t i = 0; i < array.size(); ++i) add_entry(*entries_[begin + i].value, where_entries);
    entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(begin), entries_.end());
  }

  void add_entries(const json::array& array, Where where_entries) {
    digester_.add_head('[', array.size());
    for (const json::value& value : array) add_entry(value, where_entries);
  }

  void add_entry(const json::value& value, Where where) {
    if (const json::object* object = value.if_object()) {
      add_object(*object, where);
    } else {
      add(value);
    }
  }

  void add(const json::value& value) {
    switch (value.kind()) {
      case json::kind::object:
        return add_object(value.get_object(), Where::kInside);
      case json::kind::array:
        return add_entries(value.get_array(), Where::kInside);
      case json::kind::string:
        return digester_.add_text('s', value.get_string());
      case json::kind::int64:
        return digester_.add_head('i', static_cast<std::uint64_t>(value.get_int64()));
      case json::kind::uint64:
        return digester_.add_head('u', value.get_uint64());
      case json::kind::double_:
        return add_double(value.get_double());
      case json::kind::bool_:
        return digester_.add_head('b', value.get_bool() ? 1 : 0);
      case json::kind::null:
        return digester_.add_head('n', 0);
    }
  }

  // 2.0 and 2 are the same number.
  void add_double(double number) {
    constexpr double kExact = 9007199254740992.0;  // beyond 2^53 a double is no longer the integer it looks like
    if (number >= -kExact && number <= kExact && number == static_cast<double>(static_cast<std::int64_t>(number)))
      return digester_.add_head('i', static_cast<std::uint64_t>(static_cast<std::int64_t>(number)));
    digester_.add_head('d', std::bit_cast<std::uint64_t>(number));
  }

  Digester& digester_;
  std::string_view source_;
  std::vector<SortedMember> members_;  // of all open objects, the innermost last
  std::vector<SortedEntry> entries_;   // of all open arrays whose order means nothing
};

}  // namespace

std::string digest_of_text(std::string_view text, std::size_t characters) {
  Digester digester;
  digester.add(text.data(), text.size());
  return digester.finish(characters);
}

std::string digest_of_settings(const json::object& settings) {
  Digester digester;
  Canonical(digester, settings).add_object(settings, Where::kJob);
  return digester.finish(kDigestCharacters);
}

}  // namespace brickwork::group
