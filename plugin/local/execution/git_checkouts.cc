#include "local/execution/git_checkouts.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <optional>
#include <vector>

#include "local/execution/git_source.h"
#include "local/execution/log_file.h"
#include "local/execution/process.h"
#include "local/execution/python_runtime.h"
#include "local/resources/repos/git_environment.h"
#include "local/workspace.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownLog = 2000;
constexpr std::chrono::milliseconds kGrace{1000};
constexpr const char* kInternal = "workspace/Repos/.internal";

std::string without_line_end(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

// One repository on its way here: init, fetch, rev-parse, checkout, each a process of its own and none through a shell.
class GitCheckout : public std::enable_shared_from_this<GitCheckout> {
 public:
  GitCheckout(boost::asio::io_context& loop, GitSource source, fs::path directory, std::string workspace_path,
              std::function<void(const GitCheckouts::Result&)> failed)
      : loop_(loop),
        timer_(loop),
        source_(std::move(source)),
        directory_(std::move(directory)),
        workspace_path_(std::move(workspace_path)),
        failed_(std::move(failed)) {}

  void start(std::chrono::seconds longest) {
    timer_.expires_after(longest);
    timer_.async_wait([weak = weak_from_this(), longest](boost::system::error_code error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->late_ = "git did not finish within " + std::to_string(longest.count()) + " seconds";
      if (self->process_) self->process_->terminate(kGrace);
    });
    fs::remove_all(directory_);
    fs::create_directories(work_tree());
    git({"init", "--quiet", "--template="}, [this] {
      std::ofstream(work_tree() / ".git" / "config", std::ios::app) << source_.remote_section();
      fetch();
    });
  }

  void wait(GitCheckouts::WhenThere then) {
    if (!result_) return waiting_.push_back(std::move(then));
    boost::asio::post(loop_, [result = *result_, then = std::move(then)] { then(result); });
  }

  void abandon() {
    waiting_.clear();
    timer_.cancel();
    process_.reset();
  }

  // Nobody waits any more.
  void end() {
    waiting_.clear();
    timer_.cancel();
    ended_ = true;
    if (process_)
      process_->terminate(kGrace);
    else
      remove_files();
  }

 private:
  fs::path work_tree() const { return directory_ / "checkout"; }

  void fetch() {
    git(source_.fetch_arguments(), [this] {
      git({"rev-parse", "--verify", "--end-of-options", source_.wanted()}, [this] {
        commit_ = without_line_end(said_);
        git({"-c", "advice.detachedHead=false", "checkout", "--quiet", "--detach", commit_}, [this] { there(); });
      });
    });
  }

  void there() {
    fs::remove_all(work_tree() / ".git");  // with the URL, and the history that no task is given on Databricks either
    fs::rename(work_tree(), directory_ / commit_);
    answer({.path = workspace_path_ + "/" + commit_, .commit = commit_});
  }

  void git(const std::vector<std::string>& arguments, const std::function<void()>& then) {
    // Neither a hook nor a filter of the machine's user belongs to the job.
    std::vector<std::string> command{"git", "-c", "core.hooksPath=/dev/null"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const fs::path log = directory_ / "git.log";
    fs::remove(log);
    Process::Callbacks callbacks;
    callbacks.on_exit = [self = shared_from_this(), log, then](const ProcessExit& exit) {
      self->process_.reset();
      self->said_ = log_tail(log, kShownLog).text;
      if (self->ended_) return self->remove_files();
      if (exit.code != 0 || exit.signal != 0 || exit.lost || !self->late_.empty()) return self->fail(exit.text());
      self->attempt(then);
    };
    process_ = Process::start(loop_,
                              {.command = std::move(command),
                               .environment = git_environment(PythonRuntime::environment()),
                               .directory = work_tree(),
                               .log_file = log},
                              std::move(callbacks));
  }

  void attempt(const std::function<void()>& step) {
    try {
      step();
    } catch (const std::exception& fault) {
      said_ = fault.what();
      fail("");
    }
  }

  void fail(const std::string& how) {
    std::string why = late_.empty() ? without_line_end(source_.without_secrets(said_)) : late_;
    if (why.empty()) why = "git ended with " + how;
    remove_files();
    answer({.error = "Failed to checkout Git repository: " + why});
  }

  void answer(GitCheckouts::Result result) {
    timer_.cancel();
    result_ = std::move(result);
    if (!result_->error.empty()) failed_(*result_);
    for (const auto& then : std::exchange(waiting_, {})) then(*result_);
  }

  void remove_files() const {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
  }

  boost::asio::io_context& loop_;
  boost::asio::steady_timer timer_;
  GitSource source_;
  fs::path directory_;
  std::string workspace_path_;
  std::function<void(const GitCheckouts::Result&)> failed_;
  std::shared_ptr<Process> process_;
  std::string said_;  // by the last git
  std::string late_;
  std::string commit_;
  bool ended_ = false;
  std::optional<GitCheckouts::Result> result_;
  std::vector<GitCheckouts::WhenThere> waiting_;
};

GitCheckouts::GitCheckouts(boost::asio::io_context& loop, const fs::path& state_dir, std::chrono::seconds longest)
    : loop_(loop), root_(state_dir / kInternal), longest_(longest) {
  fs::remove_all(root_);
}

GitCheckouts::~GitCheckouts() = default;

void GitCheckouts::ask(std::int64_t run_id, const boost::json::object& git_source, WhenThere then) {
  if (const auto known = checkouts_.find(run_id); known != checkouts_.end())
    return known->second->wait(std::move(then));
  const std::string name = std::to_string(new_id()) + "_commits";  // what an earlier one leaves is not ours
  const auto checkout =
      std::make_shared<GitCheckout>(loop_, GitSource::of(git_source), root_ / name, "/Repos/.internal/" + name,
                                    [this, run_id](const Result&) { checkouts_.erase(run_id); });
  checkouts_[run_id] = checkout;
  checkout->wait(std::move(then));
  try {
    checkout->start(longest_);
  } catch (...) {
    checkouts_.erase(run_id);
    throw;
  }
}

void GitCheckouts::release(std::int64_t run_id) {
  const auto found = checkouts_.extract(run_id);
  if (!found.empty()) found.mapped()->end();
}

void GitCheckouts::abandon() {
  for (const auto& [run_id, checkout] : checkouts_) checkout->abandon();
  checkouts_.clear();
}

}  // namespace brickwork::local
