#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace brickwork::local {

class GitCheckout;

// What git_source names, once for every run that reads from it, at a path of the workspace as on Databricks:
// /Repos/.internal/<number>_commits/<commit>. Everything on the executor's thread.
class GitCheckouts {
 public:
  struct Result {
    std::string error;   // empty when it is there
    std::string path;    // in the workspace
    std::string commit;  // all of its digits
  };
  using WhenThere = std::function<void(const Result&)>;

  // A git that takes longer than `longest` is ended. What an earlier start left behind is removed.
  GitCheckouts(boost::asio::io_context& loop, const std::filesystem::path& state_dir, std::chrono::seconds longest);
  ~GitCheckouts();

  // Tasks of a run that ask at the same time wait for the same checkout. After a failure the next one tries again.
  void ask(std::int64_t run_id, const boost::json::object& git_source, WhenThere then);
  void release(std::int64_t run_id);
  void abandon();  // the server ends: the processes go, and nobody is told

  static bool holds(const std::string& workspace_path) { return workspace_path.starts_with("/Repos/.internal/"); }

 private:
  boost::asio::io_context& loop_;
  std::filesystem::path root_;
  std::chrono::seconds longest_;
  std::map<std::int64_t, std::shared_ptr<GitCheckout>> checkouts_;
};

}  // namespace brickwork::local
