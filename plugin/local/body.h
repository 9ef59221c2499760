#pragma once

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace brickwork::local {

struct Response;

// An open file, closed by whoever lets go of it last. It can be read to its end after it was replaced or deleted.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// A part of a file as the body of an answer: read and sent in pieces, so that memory does not grow with it.
struct FileBody {
  std::shared_ptr<OpenFile> file;
  std::int64_t offset = 0;
  std::int64_t size = 0;
};

// A body that is taken in pieces as it comes. Whoever has it destroyed before finish() wants nothing of it to stay.
// Called by one thread at a time, but not always the same. What is thrown is answered as a handler's is; the rest of
// the body is read and forgotten then.
class Upload {
 public:
  Upload() = default;
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;
  virtual ~Upload() = default;
  virtual void write(std::string_view piece) = 0;
  virtual Response finish() = 0;
};

}  // namespace brickwork::local
