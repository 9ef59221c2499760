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

// What Databricks answers for a member that was never sent, by the object it is in.
enum class Where : std::uint8_t { kJob, kTask, kInside };

enum class Looks : std::uint8_t { kOther, kNull, kZero, kOne, kFalse, kEmpty, kAllSuccess };

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
      return value.get_object().empty() ? Looks::kEmpty : Looks::kOther;
    default:
      return Looks::kOther;
  }
}

struct Default {
  std::string_view member;
  Looks looks;
};
constexpr Default kJobDefaults[] = {{"timeout_seconds", Looks::kZero},      {"max_concurrent_runs", Looks::kOne},
                                    {"email_notifications", Looks::kEmpty}, {"webhook_notifications", Looks::kEmpty},
                                    {"job_clusters", Looks::kEmpty},        {"parameters", Looks::kEmpty},
                                    {"environments", Looks::kEmpty},        {"tags", Looks::kEmpty}};
constexpr Default kTaskDefaults[] = {
    {"timeout_seconds", Looks::kZero},       {"max_retries", Looks::kZero}, {"min_retry_interval_millis", Looks::kZero},
    {"retry_on_timeout", Looks::kFalse},     {"disabled", Looks::kFalse},   {"run_if", Looks::kAllSuccess},
    {"depends_on", Looks::kEmpty},           {"libraries", Looks::kEmpty},  {"email_notifications", Looks::kEmpty},
    {"webhook_notifications", Looks::kEmpty}};

bool is_default(Where where, std::string_view member, const json::value& value) {
  if (where == Where::kJob && member == "format") return true;  // 2.2 ignores what is sent
  const Looks looks = looks_of(value);
  if (looks == Looks::kNull) return true;
  if (looks == Looks::kOther || where == Where::kInside) return false;
  for (const Default& one : where == Where::kJob ? std::span<const Default>(kJobDefaults) : kTaskDefaults) {
    if (one.looks == looks && one.member == member) return true;
  }
  return false;
}

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
  explicit Canonical(Digester& digester) : digester_(digester) {}

  void add_object(const json::object& object, Where where) {
    const std::size_t begin = members_.size();
    bool is_sorted = true;
    for (const auto& member : object) {
      if (is_default(where, member.key(), member.value())) continue;
      members_.emplace_back(member);
      is_sorted = is_sorted && (members_.size() - begin < 2 || *(members_.end() - 2) < members_.back());
    }
    const std::size_t end = members_.size();
    if (!is_sorted) std::sort(members_.begin() + static_cast<std::ptrdiff_t>(begin), members_.end());
    digester_.add_head('{', end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const json::key_value_pair& member = *members_[i].member;
      digester_.add_text('k', member.key());
      const bool is_tasks = where == Where::kJob && member.key() == "tasks";
      if (const json::array* array = member.value().if_array()) {
        add_array(*array, is_tasks ? Where::kTask : Where::kInside);
      } else {
        add(member.value());
      }
    }
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(begin), members_.end());
  }

 private:
  void add_array(const json::array& array, Where where_inside) {
    digester_.add_head('[', array.size());
    for (const json::value& value : array) {
      if (const json::object* object = value.if_object()) {
        add_object(*object, where_inside);
      } else {
        add(value);
      }
    }
  }

  void add(const json::value& value) {
    switch (value.kind()) {
      case json::kind::object:
        return add_object(value.get_object(), Where::kInside);
      case json::kind::array:
        return add_array(value.get_array(), Where::kInside);
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
  std::vector<SortedMember> members_;  // of all open objects, the innermost last
};

}  // namespace

std::string digest_of_text(std::string_view text, std::size_t characters) {
  Digester digester;
  digester.add(text.data(), text.size());
  return hex(digester.finish(), std::min(characters, 2 * kDigestBytes));
}

std::string digest_of_settings(const json::object& settings) {
  Digester digester;
  Canonical(digester).add_object(settings, Where::kJob);
  return hex(digester.finish(), kDigestCharacters);
}

}  // namespace brickwork::group
