#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace brickwork::local {

// AES-256-GCM with a key that lies in a file for its owner alone.
class SecretCipher {
 public:
  // Reads the key, or makes it and writes it, mode 0600. A key that others may read is refused: it would have to be
  // taken for known.
  explicit SecretCipher(const std::filesystem::path& key_file);

  // `place` says where the text is kept; it opens at that place only, so that rows cannot be exchanged.
  std::string seal(std::string_view text, std::string_view place) const;
  std::string open(std::string_view sealed, std::string_view place) const;  // throws when key, text or place is another

 private:
  std::string key_;
};

}  // namespace brickwork::local
