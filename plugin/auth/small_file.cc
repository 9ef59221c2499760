#include "auth/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "auth/wipe.h"

namespace brickwork {
namespace {

constexpr off_t kLargest = 1 << 20;

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
};

Status trouble(const std::string& what, const std::string& reason) {
  return failure(Code::kFailedPrecondition, what + " cannot be read: " + reason);
}

}  // namespace

Result<std::string> read_small_file(const std::string& path, const std::string& what) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.number < 0) return trouble(what, std::generic_category().message(errno));
  struct stat about {};
  if (fstat(file.number, &about) != 0) return trouble(what, std::generic_category().message(errno));
  if (!S_ISREG(about.st_mode)) return trouble(what, "it is no file");
  if (about.st_size > kLargest) return trouble(what, "it is larger than 1 MiB");
  std::string text(kLargest + 1, '\0');  // it may grow while it is read
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file.number, text.data() + size, text.size() - size);
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return trouble(what, std::generic_category().message(errno));
    size += static_cast<std::size_t>(got);
  }
  if (size == text.size()) return trouble(what, "it is larger than 1 MiB");
  text.resize(size);
  return text;
}

}  // namespace brickwork
