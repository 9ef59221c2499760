#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "local/api_error.h"
#include "local/body.h"
#include "local/router.h"

namespace brickwork::local {

// The files of volumes: "/Volumes/<catalog>/<schema>/<volume>/..." lies below <state>/volumes. A file appears whole or
// not at all: it is written under <state>/uploads, which nobody lists, and moved when its last byte is there.
class VolumeFiles {
 public:
  explicit VolumeFiles(const std::filesystem::path& state_dir);

  // The absolute path that a request names, without a slash at its end. INVALID_PARAMETER_VALUE for one that is outside
  // of volumes or that could mean another place to another reader.
  static std::string normal(const std::string& given);
  std::filesystem::path place_of(const std::string& path) const;

  // A file that is not there yet: bytes come in, and `publish` moves it to its place.
  class Unfinished {
   public:
    explicit Unfinished(const std::filesystem::path& directory);
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished();
    void write(std::string_view piece);
    void append(const OpenFile& file, std::int64_t size);  // without taking the bytes through this process
    // ALREADY_EXISTS unless `overwrite` or there is none yet.
    void publish(const std::filesystem::path& place, bool overwrite);
    const std::filesystem::path& name() const { return name_; }

   private:
    std::filesystem::path name_;
    OpenFile file_;
    bool published_ = false;
  };
  std::unique_ptr<Unfinished> begin() const;

  // NOT_FOUND unless the volume that the path lies in is there: files and directories are made in one, and not it with
  // them.
  void check_volume(const std::string& path) const;
  // What keeps a file from being at `path`: NOT_FOUND or ALREADY_EXISTS.
  void check_writable(const std::string& path, bool overwrite) const;
  // Makes the directories above it and moves it there.
  void publish(Unfinished& file, const std::string& path, bool overwrite) const;

  std::filesystem::path uploads() const { return uploads_; }

 private:
  std::filesystem::path volumes_;
  std::filesystem::path uploads_;
};

ApiError no_such_file(const std::string& path);

}  // namespace brickwork::local
