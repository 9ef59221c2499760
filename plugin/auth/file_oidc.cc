#include "auth/file_oidc.h"

#include <algorithm>

#include "auth/small_file.h"
#include "auth/token_exchange.h"
#include "auth/wipe.h"

namespace brickwork {
namespace {

// By all the names that the SDKs have given it.
std::string path_of(const Login& login) {
  for (const char* name : {"oidc_token_filepath", "databricks_id_token_filepath"})
    if (std::string path = login.value(name); !path.empty()) return path;
  return login.variable("DATABRICKS_OIDC_TOKEN_FILE");
}

class FileToken : public IdTokenSource {
 public:
  explicit FileToken(std::string path) : path_(std::move(path)) {}

  Task<Result<std::string>> id_token(Context&, std::string) override {
    Result<std::string> read = read_small_file(path_, where());
    if (!read.ok()) co_return read.status();
    std::string& text = read.value();
    const std::size_t begin = std::min(text.size(), text.find_first_not_of(" \t\r\n"));
    std::string token = text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
    wipe(text);
    if (token.empty()) {
      co_return failure(Code::kFailedPrecondition, where() + " is empty", "/oidc_token_filepath");
    }
    co_return token;
  }

  std::string where() const override { return "the file " + path_ + " of oidc_token_filepath"; }

 private:
  const std::string path_;
};

}  // namespace

bool fits_file_oidc(const Login& login) { return !path_of(login).empty(); }

Result<std::shared_ptr<Credential>> make_file_oidc(const Login& login) {
  std::string path = path_of(login);
  if (path.empty()) {
    return failure(
        Code::kInvalidArgument,
        "the login file-oidc wants oidc_token_filepath (DATABRICKS_OIDC_TOKEN_FILEPATH), the file with the id "
        "token. Set: " +
            list_of(login.settings),
        "/oidc_token_filepath");
  }
  return make_exchange("file-oidc", login, std::make_unique<FileToken>(std::move(path)));
}

}  // namespace brickwork
