#include "local/resources/volume_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "local/random_token.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestPath = 3000;
constexpr std::size_t kLongestName = 255;
constexpr std::ptrdiff_t kPartsOfVolume = 4;  // Volumes, catalog, schema, volume

std::ptrdiff_t depth_of(const std::string& path) { return std::count(path.begin(), path.end(), '/'); }

ApiError cannot_write(int error) {
  return {error == ENOSPC || error == EDQUOT ? 507 : 500, "IO_ERROR",
          "The file cannot be written: " + std::generic_category().message(error) + "."};
}

}  // namespace

ApiError no_such_file(const std::string& path) {
  return {404, "NOT_FOUND", "The file or directory being accessed is not found: " + path + "."};
}

VolumeFiles::VolumeFiles(const fs::path& state_dir) : volumes_(state_dir / "volumes"), uploads_(state_dir / "uploads") {
  // What a server that was killed had not finished, nobody will.
  fs::remove_all(uploads_);
  fs::create_directories(uploads_);
  fs::create_directories(volumes_);
}

std::string VolumeFiles::normal(const std::string& given) {
  std::string path = given.starts_with('/') ? given : "/" + given;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const fs::path parts(path);
  const auto is_bad = [](const fs::path& part) {
    return part.empty() || part == "." || part == ".." || part.string().size() > kLongestName;
  };
  const bool has_gap = path.find("//") != std::string::npos;
  if (has_gap || path.size() > kLongestPath || std::any_of(parts.begin(), parts.end(), is_bad))
    throw invalid_parameter("The path is not valid or too long: " + given.substr(0, 300));
  if (!path.starts_with("/Volumes/") || depth_of(path) < kPartsOfVolume)
    throw invalid_parameter("The path must lie in /Volumes/<catalog>/<schema>/<volume>: " + given.substr(0, 300));
  return path;
}

fs::path VolumeFiles::place_of(const std::string& path) const {
  return volumes_ / path.substr(std::string_view("/Volumes/").size());
}

VolumeFiles::Unfinished::Unfinished(const fs::path& directory)
    : name_(directory / hexadecimal(random_bytes(16))),
      file_(open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) {
  if (file_.descriptor() < 0) throw cannot_write(errno);
}

VolumeFiles::Unfinished::~Unfinished() {
  if (!published_) unlink(name_.c_str());
}

void VolumeFiles::Unfinished::write(std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t size = ::write(file_.descriptor(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw cannot_write(errno);
    piece.remove_prefix(static_cast<std::size_t>(size));
  }
}

void VolumeFiles::Unfinished::append(const OpenFile& file, std::int64_t size) {
  loff_t from = 0;
  while (from < size) {
    const ssize_t copied = copy_file_range(file.descriptor(), &from, file_.descriptor(), nullptr,
                                           static_cast<std::size_t>(size - from), 0);
    if (copied < 0 && errno == EINTR) continue;
    if (copied <= 0) throw cannot_write(copied < 0 ? errno : EIO);
  }
}

void VolumeFiles::Unfinished::publish(const fs::path& place, bool overwrite) {
  // One step, so that of two who must not overwrite only one succeeds.
  const unsigned flags = overwrite ? 0 : RENAME_NOREPLACE;
  if (renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, place.c_str(), flags) == 0) {
    published_ = true;
    return;
  }
  if (errno == EEXIST || errno == EISDIR || errno == ENOTEMPTY)
    throw ApiError(409, "ALREADY_EXISTS", "The file being created already exists.");
  throw cannot_write(errno);
}

std::unique_ptr<VolumeFiles::Unfinished> VolumeFiles::begin() const { return std::make_unique<Unfinished>(uploads_); }

void VolumeFiles::check_volume(const std::string& path) const {
  std::size_t end = 0;
  for (std::ptrdiff_t part = 0; part < kPartsOfVolume; ++part) end = path.find('/', end + 1);
  const std::string volume = path.substr(0, end);
  if (!fs::is_directory(place_of(volume)))
    throw ApiError(404, "NOT_FOUND", "The volume " + volume + " does not exist.");
}

void VolumeFiles::check_writable(const std::string& path, bool overwrite) const {
  check_volume(path);
  const fs::path place = place_of(path);
  if (depth_of(path) == kPartsOfVolume) throw invalid_parameter("The path names a volume and no file in it: " + path);
  if (fs::is_directory(place) || (!overwrite && fs::exists(place)))
    throw ApiError(409, "ALREADY_EXISTS", "The file being created already exists.");
}

void VolumeFiles::publish(Unfinished& file, const std::string& path, bool overwrite) const {
  check_writable(path, overwrite);
  const fs::path place = place_of(path);
  fs::create_directories(place.parent_path());
  file.publish(place, overwrite);
}

}  // namespace brickwork::local
