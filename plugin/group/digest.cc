#include "group/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kDigestCharacters = 32;
using Sha256 = std::array<unsigned char, kDigestBytes>;

std::string hex(const Sha256& digest, std::size_t characters) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(characters);
  for (std::size_t i = 0; i < characters; ++i) text += kDigits[i % 2 == 0 ? digest[i / 2] >> 4 : digest[i / 2] & 15];
  return text;
}

// Feeds SHA-256 in blocks: one call for each member would cost more than the digest itself.
class Digester {
 public:
  Digester() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("OpenSSL has no SHA-256");
  }

  void add(const void* data, std::size_t size) {
    if (used_ + size > buffer_.size()) {
      flush();
      if (size > buffer_.size()) {
        EVP_DigestUpdate(context_.get(), data, size);
        return;
      }
    }
    std::memcpy(buffer_.data() + used_, data, size);
    used_ += size;
  }

  // A letter for the kind and a number of variable length, so that no two values have the same bytes.
  void add_head(char kind, std::uint64_t number) {
    if (used_ + kMaxHead > buffer_.size()) flush();
    buffer_[used_++] = kind;
    for (; number >= 0x80; number >>= 7) buffer_[used_++] = static_cast<char>(number | 0x80);
    buffer_[used_++] = static_cast<char>(number);
  }

  void add_text(char kind, std::string_view text) {
    add_head(kind, text.size());
    add(text.data(), text.size());
  }

  Sha256 finish() {
    flush();
    Sha256 digest;
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return digest;
  }

 private:
  static constexpr std::size_t kMaxHead = 11;

  void flush() {
    EVP_DigestUpdate(context_.get(), buffer_.data(), used_);
    used_ = 0;
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  std::array<char, 8192> buffer_;
  std::size_t used_ = 0;
};

// The object that a member is in, which decides what it is when it is left out. kKind is a `*_task`.
enum class Where : std::uint8_t { kJob, kTask, kKind, kLoop, kInside };

// Where the members of an object are that is itself a member.
Where where_inside(Where where, std::string_view member) {
  switch (where) {
    case Where::kTask:
      if (!member.ends_with("_task")) return Where::kInside;
      return member == "for_each_task" ? Where::kLoop : Where::kKind;
    case Where::kLoop:
      return member == "task" ? Where::kTask : Where::kInside;
    case Where::kKind:
      return member == "file" ? Where::kKind : Where::kInside;  // of a sql_task: it has a source, too
    default:
      return Where::kInside;
  }
}

enum class Looks : std::uint8_t { kOther, kNull, kZero, kOne, kFalse, kEmpty, kAllSuccess };

// Nothing in it, or nothing but what says nothing: no addresses, no flags.
bool is_blank(const json::object& object) {
  constexpr std::size_t kMembers = 6;  // more than notifications have
  if (object.size() > kMembers) return false;
  return std::all_of(object.begin(), object.end(), [](const auto& member) {
    const json::value& value = member.value();
    return value.is_null() || (value.is_bool() && !value.get_bool()) || (value.is_array() && value.get_array().empty());
  });
}

Looks looks_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return Looks::kNull;
    case json::kind::bool_:
      return value.get_bool() ? Looks::kOther : Looks::kFalse;
    case json::kind::int64:
      if (value.get_int64() == 0) return Looks::kZero;
      return value.get_int64() == 1 ? Looks::kOne : Looks::kOther;
    case json::kind::string:
      return value.get_string() == "ALL_SUCCESS" ? Looks::kAllSuccess : Looks::kOther;
    case json::kind::array:
      return value.get_array().empty() ? Looks::kEmpty : Looks::kOther;
    case json::kind::object:
      return is_blank(value.get_object()) ? Looks::kEmpty : Looks::kOther;
    default:
      return Looks::kOther;
  }
}

// What Databricks answers for a member that was never sent.
struct Default {
  std::string_view member;
  Looks looks;
};
constexpr Default kJobDefaults[] = {{"timeout_seconds", Looks::kZero},       {"max_concurrent_runs", Looks::kOne},
                                    {"email_notifications", Looks::kEmpty},  {"webhook_notifications", Looks::kEmpty},
                                    {"job_clusters", Looks::kEmpty},         {"parameters", Looks::kEmpty},
                                    {"environments", Looks::kEmpty},         {"tags", Looks::kEmpty},
                                    {"notification_settings", Looks::kEmpty}};
constexpr Default kTaskDefaults[] = {{"timeout_seconds", Looks::kZero},
                                     {"max_retries", Looks::kZero},
                                     {"min_retry_interval_millis", Looks::kZero},
                                     {"retry_on_timeout", Looks::kFalse},
                                     {"disabled", Looks::kFalse},
                                     {"run_if", Looks::kAllSuccess},
                                     {"depends_on", Looks::kEmpty},
                                     {"libraries", Looks::kEmpty},
                                     {"email_notifications", Looks::kEmpty},
                                     {"webhook_notifications", Looks::kEmpty},
                                     {"notification_settings", Looks::kEmpty},
                                     {"disable_auto_optimization", Looks::kFalse}};
constexpr Default kLoopDefaults[] = {{"concurrency", Looks::kOne}};

std::span<const Default> defaults_of(Where where) {
  if (where == Where::kJob) return kJobDefaults;
  if (where == Where::kTask) return kTaskDefaults;
  return kLoopDefaults;
}

// Jobs that are made by version 2.2 wait in the queue unless they say otherwise.
bool is_enabled(const json::value& queue) {
  const json::object* object = queue.if_object();
  const json::value* enabled = object != nullptr && object->size() == 1 ? object->if_contains("enabled") : nullptr;
  return enabled != nullptr && enabled->is_bool() && enabled->get_bool();
}

bool is_default(Where where, std::string_view member, const json::value& value) {
  if (where == Where::kJob && member == "format") return true;  // 2.2 ignores what is sent
  if (where == Where::kJob && member == "queue") return value.is_null() || is_enabled(value);
  if (where == Where::kInside || where == Where::kKind) return value.is_null();
  const Looks looks = looks_of(value);
  if (looks == Looks::kNull) return true;
  if (looks == Looks::kOther) return false;
  for (const Default& one : defaults_of(where)) {
    if (one.looks == looks && one.member == member) return true;
  }
  return false;
}

// The member by which Databricks tells the entries of an array apart; empty where their order is part of the meaning.
std::string_view key_of_entries(Where where, std::string_view array) {
  if (where == Where::kTask) return array == "depends_on" ? "task_key" : "";
  if (where != Where::kJob) return "";
  if (array == "tasks") return "task_key";
  if (array == "job_clusters") return "job_cluster_key";
  if (array == "environments") return "environment_key";
  return array == "parameters" ? "name" : "";
}

// An entry of such an array. One task may wait for the same other one by both outcomes.
struct SortedEntry {
  std::string_view key;
  std::string_view outcome;
  std::size_t index = 0;

  SortedEntry(const json::value& entry, std::string_view key_member, std::size_t position) : index(position) {
    const json::object* object = entry.if_object();
    if (object == nullptr) return;
    if (const json::value* name = object->if_contains(key_member); name != nullptr && name->is_string())
      key = name->get_string();
    if (const json::value* text = object->if_contains("outcome"); text != nullptr && text->is_string())
      outcome = text->get_string();
  }
  friend bool operator<(const SortedEntry& left, const SortedEntry& right) {
    if (left.key != right.key) return left.key < right.key;
    return left.outcome != right.outcome ? left.outcome < right.outcome : left.index < right.index;
  }
};

// The first bytes of a key as a number that sorts as they do: most keys differ there.
struct SortedMember {
  std::uint64_t first_bytes;
  const json::key_value_pair* member;

  explicit SortedMember(const json::key_value_pair& pair) : first_bytes(0), member(&pair) {
    const std::string_view key = pair.key();
    std::memcpy(&first_bytes, key.data(), std::min(key.size(), sizeof first_bytes));
    if constexpr (std::endian::native == std::endian::little) first_bytes = __builtin_bswap64(first_bytes);
  }
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
    for (std::size_t i = 0; i < array.size(); ++i) entries_.emplace_back(array[i], key, i);
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(begin);
    if (std::is_sorted(first, entries_.end())) {
      entries_.erase(first, entries_.end());
      return add_entries(array, where_entries);
    }
    std::sort(first, entries_.end());
    digester_.add_head('[', array.size());
    // By number: what is inside may move the entries in memory.
    for (std::size_t i = 0; i < array.size(); ++i) add_entry(array[entries_[begin + i].index], where_entries);
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
  return hex(digester.finish(), std::min(characters, 2 * kDigestBytes));
}

std::string digest_of_settings(const json::object& settings) {
  Digester digester;
  Canonical(digester, settings).add_object(settings, Where::kJob);
  return hex(digester.finish(), kDigestCharacters);
}

}  // namespace brickwork::group
