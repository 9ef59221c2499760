#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <functional>

#include "abi/library.h"

namespace brickwork::abi_test {
namespace {

// A page that may be read, in front of one that may not: what is placed flush against the border is read to its end and
// not one byte further.
class Border {
 public:
  Border() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    start_ = static_cast<char*>(mmap(nullptr, 3 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    mprotect(start_ + 2 * page_, page_, PROT_NONE);
  }
  ~Border() { munmap(start_, 3 * page_); }

  template <class Struct>
  const Struct* place(const Struct& value, std::size_t size, unsigned char tail) {
    char* at = start_ + 2 * page_ - size;
    std::memset(at, tail, size);
    std::memcpy(at, &value, std::min(size, sizeof value));
    return reinterpret_cast<const Struct*>(at);
  }

 private:
  std::size_t page_;
  char* start_;
};

constexpr std::size_t kBeyond = 16;

// What the slot says to a struct of `size` bytes whose unknown bytes all have the value `tail`.
using Slot = std::function<bw_status(std::size_t size, unsigned char tail)>;

void check_every_size(std::size_t size_in_1_0, std::size_t known, const Slot& slot) {
  for (std::size_t size = sizeof(std::uint32_t); size <= known + kBeyond; ++size) {
    const bw_status expected = size < size_in_1_0 ? BW_INVALID_ARGUMENT : BW_OK;
    EXPECT_EQ(slot(size, 0), expected) << "zeroes, size " << size;
    if (size <= known) continue;
    EXPECT_EQ(slot(size, 1), BW_UNIMPLEMENTED) << "an unknown field, size " << size;
  }
  EXPECT_EQ(slot(4096, 0), BW_OK);
  EXPECT_EQ(slot(4097, 0), BW_INVALID_ARGUMENT);
}

TEST(SizeRule, HoldsForOpenAtEverySize) {
  Border border;
  const std::string connection = R"({"host": "http://127.0.0.1:9", "environment": false})";
  check_every_size(40, sizeof(bw_open), [&](std::size_t size, unsigned char tail) {
    bw_open open{};
    open.struct_size = static_cast<std::uint32_t>(size);
    open.config = text_of(connection);
    bw_client* client = nullptr;
    const bw_status status = api().client_open(border.place(open, size, tail), &client, nullptr);
    api().client_close(client);
    return status;
  });
}

TEST(SizeRule, HoldsForTheSpecOfACallAtEverySize) {
  Border border;
  const std::string body = R"({"group": {}})";
  check_every_size(40, sizeof(bw_op_spec), [&](std::size_t size, unsigned char tail) {
    bw_op_spec spec = spec_of(BW_GROUP_LINT, body);
    spec.struct_size = static_cast<std::uint32_t>(size);
    bw_bytes bytes{};
    const bw_status status = api().call(nullptr, border.place(spec, size, tail), &bytes, nullptr);
    api().bytes_free(&bytes);
    return status;
  });
}

TEST(SizeRule, HoldsForTheSpecOfAnOperationAtEverySize) {
  Border border;
  const Client client(api(), R"({"host": "http://127.0.0.1:9", "environment": false})");
  const std::string body = R"({"group": {}})";
  check_every_size(40, sizeof(bw_op_spec), [&](std::size_t size, unsigned char tail) {
    bw_op_spec spec = spec_of(BW_GROUP_LINT, body);
    spec.struct_size = static_cast<std::uint32_t>(size);
    std::uint64_t op = 0;
    const bw_status status = api().op_start(client.get(), border.place(spec, size, tail), &op, nullptr);
    if (op != 0) api().op_drop(client.get(), op);
    return status;
  });
}

TEST(SizeRule, ReadsNoTextBehindItsSize) {
  Border border;
  const std::string body = R"({"group": {}})";
  const std::string connection = R"({"host": "http://127.0.0.1:9", "environment": false})";
  struct Text {
    char bytes[256];
  } text{};
  std::memcpy(text.bytes, body.data(), body.size());
  const auto* at = reinterpret_cast<const char*>(border.place(text, body.size(), 0));
  EXPECT_EQ(call(api(), nullptr, spec_of(BW_GROUP_LINT, {at, body.size()})).status, BW_OK);

  std::memcpy(text.bytes, connection.data(), connection.size());
  at = reinterpret_cast<const char*>(border.place(text, connection.size(), 0));
  EXPECT_NO_THROW(Client(api(), std::string_view(at, connection.size())));

  const Client client(api(), connection);
  std::memcpy(text.bytes, "dapi-secret", 11);
  at = reinterpret_cast<const char*>(border.place(text, 11, 0));
  EXPECT_EQ(api().client_set_secret(client.get(), "token", at, 11, 0, nullptr), BW_OK);
}

TEST(SizeRule, NamesTheFieldItDoesNotKnow) {
  struct LaterSpec {
    bw_op_spec known;
    std::uint64_t added;
  } spec{spec_of(BW_GROUP_LINT, R"({"group": {}})"), 1};
  spec.known.struct_size = sizeof spec;
  const Outcome result = call(api(), nullptr, spec.known);
  EXPECT_EQ(result.status, BW_UNIMPLEMENTED);
  EXPECT_NE(result.message.find("byte " + std::to_string(sizeof(bw_op_spec))), std::string::npos) << result.message;
}

}  // namespace
}  // namespace brickwork::abi_test
