#include "local/state_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "local/random_token.h"
#include "local/workspace.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

fs::path default_directory() {
  if (const char* state_home = std::getenv("XDG_STATE_HOME")) return fs::path(state_home) / "brickwork-local";
  const char* home = std::getenv("HOME");
  return fs::path(home == nullptr ? "/tmp" : home) / ".local" / "state" / "brickwork-local";
}

fs::path new_temporary_directory() {
  std::string name = (fs::temp_directory_path() / "brickwork-local.XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a directory in " + name);
  return name;
}

std::string read_token(const fs::path& file) {
  std::ifstream in(file);
  std::string token;
  in >> token;
  if (token.empty()) throw std::runtime_error("no token in " + file.string());
  return token;
}

void write_token(const fs::path& file, const std::string& token) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::runtime_error("cannot write " + file.string());
  const std::string line = token + "\n";
  const bool written = write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  close(descriptor);
  if (!written) throw std::runtime_error("cannot write " + file.string());
}

int lock_directory(const fs::path& directory) {
  const int lock = open((directory / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) throw std::runtime_error("cannot write in " + directory.string());
  if (flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  close(lock);
  throw std::runtime_error("another brickwork-local serves " + directory.string());
}

}  // namespace

std::string token_of_file(const fs::path& file) {
  if (!fs::exists(file)) write_token(file, new_token());
  return read_token(file);
}

StateDir::StateDir(const StateOptions& options) : ephemeral_(options.ephemeral) {
  if (ephemeral_)
    directory_ = new_temporary_directory();
  else
    directory_ = options.directory.empty() ? default_directory() : fs::path(options.directory);
  fs::create_directories(directory_);
  directory_ = fs::canonical(directory_);
  lock_ = lock_directory(directory_);
  token_file_ = options.token_file.empty() ? directory_ / "token" : fs::absolute(options.token_file);
  token_ = token_of_file(token_file_);
}

StateDir::~StateDir() {
  if (lock_ >= 0) close(lock_);
  std::error_code ignored;
  if (ephemeral_) fs::remove_all(directory_, ignored);
}

std::int64_t StateDir::workspace_id(Store& store) const {
  store.create("create table if not exists workspace(name text primary key, value integer not null)");
  Transaction transaction(store);
  transaction.run("insert or ignore into workspace values('workspace_id', ?)", new_id());
  std::int64_t id = 0;
  {
    Rows rows = transaction.query("select value from workspace where name = 'workspace_id'");
    if (rows.next()) id = rows.integer(0);
  }
  transaction.commit();
  return id;
}

}  // namespace brickwork::local
