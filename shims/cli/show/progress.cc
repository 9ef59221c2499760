#include "show/progress.h"

#include "show/tree.h"
#include "show/words.h"

namespace brickwork::cli {
namespace {

class Silent : public Progress {
 public:
  explicit Silent(std::FILE* stream) : stream_(stream) {}
  void show(const RunView&) override {}
  void print(const std::string& text) override {
    std::fputs(text.c_str(), stream_);
    std::fflush(stream_);
  }

 private:
  std::FILE* stream_;
};

class Lines : public Progress {
 public:
  explicit Lines(std::FILE* stream) : stream_(stream) {}
  void show(const RunView& run) override {
    const std::string text = lines_.changes(run, now_ms());
    print(text);
  }
  void print(const std::string& text) override {
    std::fputs(text.c_str(), stream_);
    std::fflush(stream_);
  }

 private:
  std::FILE* stream_;
  ChangeLines lines_;
};

class LiveTree : public Progress {
 public:
  explicit LiveTree(std::FILE* stream) : stream_(stream) {}
  void show(const RunView& run) override {
    run_ = run;
    tick();
  }
  void print(const std::string& text) override {
    if (drawn_ > 0) std::fprintf(stream_, "\033[%zuA\r\033[J", drawn_);
    drawn_ = 0;
    std::fputs(text.c_str(), stream_);
    tick();
  }
  void tick() override {
    // Asked each time: the window may have been resized.
    const Terminal terminal = Terminal::of(stream_);
    draw(fit(tree_of(run_, terminal, now_ms()), terminal.rows - 1));
  }
  void end() override {
    std::vector<std::string> whole;
    for (TreeLine& line : tree_of(run_, Terminal::of(stream_), now_ms())) whole.push_back(std::move(line.text));
    draw(whole);
    drawn_ = 0;
  }

 private:
  // One write for each picture, so that it does not flicker.
  void draw(const std::vector<std::string>& lines) {
    if (run_.run_id.empty()) return;
    std::string picture = drawn_ == 0 ? "" : "\033[" + std::to_string(drawn_) + "A\r";
    for (const std::string& line : lines) picture += line + "\033[K\n";
    picture += "\033[J";
    std::fwrite(picture.data(), 1, picture.size(), stream_);
    std::fflush(stream_);
    drawn_ = lines.size();
  }

  std::FILE* stream_;
  RunView run_;
  std::size_t drawn_ = 0;
};

}  // namespace

std::unique_ptr<Progress> Progress::on(std::FILE* stream, bool quiet) {
  if (quiet) return std::make_unique<Silent>(stream);
  if (Terminal::of(stream).live) return std::make_unique<LiveTree>(stream);
  return std::make_unique<Lines>(stream);
}

std::string ChangeLines::changes(const RunView& run, std::int64_t now_ms) {
  const std::string time = time_of_day(now_ms) + "  ";
  std::string text;
  if (last_.empty() && !run.run_id.empty()) {
    text += time + "run " + run.run_id + (run.name.empty() ? "" : " of " + shown(run.name)) +
            (run.url.empty() ? "" : "  " + run.url) + "\n";
    last_[""] = run.run_id;
  }
  for (const TaskView& task : run.tasks) {
    std::string& last = last_[task.path];
    // A repair gives a task a new run id: the same verdict again is news then.
    const std::string current = task.verdict + " " + task.run_id;
    if (last == current || (last.empty() && task.verdict == "waiting")) continue;
    last = current;
    text += time + shown(task.path) + "  " + (task.repairing ? "repairing: " : "") + verdict_words(task.verdict);
    if (task.end_ms > task.start_ms && task.start_ms > 0)
      text += " after " + duration_text(task.end_ms - task.start_ms);
    if (!task.error.empty()) text += "  " + task.error;
    text += '\n';
  }
  const bool stale = run.stale_since_ms != 0;
  if (stale != stale_) {
    text += time +
            (stale ? "no answer from the workspace since " + time_of_day(run.stale_since_ms) + "; the run goes on"
                   : "the workspace answers again") +
            "\n";
  }
  stale_ = stale;
  return text;
}

}  // namespace brickwork::cli
