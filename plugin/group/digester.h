#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace brickwork::group {

// Feeds SHA-256 in blocks: one call for each member would cost more than the digest itself.
class Digester {
 public:
  static constexpr std::size_t kCharacters = 64;

  Digester();

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

  // What was added, as hex.
  std::string finish(std::size_t characters);

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

}  // namespace brickwork::group
