#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "local/api_error.h"
#include "local/base64.h"
#include "local/execution/log_file.h"
#include "local/resources/multipart.h"

namespace brickwork::local {
namespace {

TEST(Base64, KeepsEveryByteAndEveryLength) {
  for (const std::string& bytes : {std::string(), std::string("a"), std::string("ab"), std::string("abc\0\xff", 5)})
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
  EXPECT_EQ(base64_decode("YWJj\nZA==\n"), "abcd");
  for (const char* wrong : {"a", "YW=j", "!!!!", "YWJ"}) EXPECT_FALSE(base64_decode(wrong)) << wrong;
}

TEST(Multipart, GivesTheNamedParts) {
  Request request;
  request.headers["content-type"] = "multipart/form-data; boundary=\"x y\"";
  request.body =
      "--x y\r\nContent-Disposition: form-data; name=\"path\"\r\n\r\n/a\r\n"
      "--x y\r\nContent-Disposition: form-data; name=\"content\"; filename=\"f.bin\"\r\n\r\n\r\n--x\r\n\r\n--x y--\r\n";
  const auto parts = form_parts(request);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "path");
  EXPECT_EQ(parts[0].content, "/a");
  EXPECT_EQ(parts[1].file_name, "f.bin");
  EXPECT_EQ(parts[1].content, "\r\n--x\r\n");
}

TEST(Multipart, ACutOffFormIsRefused) {
  Request request;
  request.headers["content-type"] = "multipart/form-data; boundary=b";
  for (const char* body : {"", "--b", "--b\r\n", "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx"}) {
    request.body = body;
    EXPECT_THROW(form_parts(request), ApiError) << body;
  }
}

TEST(LogTail, IsTheEndOfTheLogAsValidUtf8) {
  const auto file = std::filesystem::temp_directory_path() / "brickwork-log-tail-test";
  std::ofstream(file, std::ios::binary) << "first\n\xC3\xA9 \xC3( \xED\xA0\x80 end";
  EXPECT_EQ(log_tail(file, 1000).text, "first\n\xC3\xA9 \xEF\xBF\xBD( \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD end");
  const LogTail tail = log_tail(file, 4);
  EXPECT_EQ(tail.text, " end");
  EXPECT_TRUE(tail.truncated);
  std::filesystem::remove(file);
  EXPECT_EQ(log_tail(file, 4).text, "");
}

}  // namespace
}  // namespace brickwork::local
