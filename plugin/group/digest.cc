#include "group/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
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

  // A letter for the kind and a number, so that no two values have the same bytes.
  void add_head(char kind, std::uint64_t number) {
    char bytes[1 + sizeof number];
    bytes[0] = kind;
    for (std::size_t i = 0; i < sizeof number; ++i) bytes[1 + i] = static_cast<char>(number >> (8 * i));
    add(bytes, sizeof bytes);
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

bool is_default(Where where, std::string_view member, const json::value& value) {
  if (value.is_null()) return true;
  if (where == Where::kInside) return false;
  const bool is_zero = value.is_int64() && value.get_int64() == 0;
  const bool is_empty =
      (value.is_object() && value.get_object().empty()) || (value.is_array() && value.get_array().empty());
  if (member == "timeout_seconds") return is_zero;
  if (member == "email_notifications" || member == "webhook_notifications") return is_empty;
  if (where == Where::kJob) {
    if (member == "format") return true;  // 2.2 ignores what is sent
    if (member == "max_concurrent_runs") return value.is_int64() && value.get_int64() == 1;
    return (member == "job_clusters" || member == "parameters" || member == "environments" || member == "tags") &&
           is_empty;
  }
  if (member == "run_if") return value.is_string() && value.get_string() == "ALL_SUCCESS";
  if (member == "max_retries" || member == "min_retry_interval_millis") return is_zero;
  if (member == "retry_on_timeout" || member == "disabled") return value.is_bool() && !value.get_bool();
  return (member == "depends_on" || member == "libraries") && is_empty;
}

// The canonical form is read once from left to right by SHA-256 and never kept. Depth is bounded by the check that
// every document passes before it is compiled.
class Canonical {
 public:
  explicit Canonical(Digester& digester) : digester_(digester) {}

  void add_object(const json::object& object, Where where) {
    const std::size_t begin = members_.size();
    for (const auto& member : object) {
      if (!is_default(where, member.key(), member.value())) members_.push_back(&member);
    }
    const std::size_t end = members_.size();
    const auto sorted = members_.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(sorted, members_.end(), [](const auto* left, const auto* right) { return left->key() < right->key(); });
    digester_.add_head('{', end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      const json::key_value_pair& member = *members_[i];
      digester_.add_text('k', member.key());
      const bool is_tasks = where == Where::kJob && member.key() == "tasks";
      if (const json::array* array = member.value().if_array()) {
        add_array(*array, is_tasks ? Where::kTask : Where::kInside);
      } else {
        add(member.value());
      }
    }
    members_.resize(begin);
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
  std::vector<const json::key_value_pair*> members_;  // of all open objects, the innermost last
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
