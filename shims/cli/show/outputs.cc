#include "show/outputs.h"

#include <algorithm>
#include <vector>

#include "show/words.h"

namespace brickwork::cli {
namespace {

constexpr std::size_t kTraceLines = 6;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::string indented(const std::string& text, const std::string& indent) {
  std::string out;
  for (const std::string& line : lines_of(text)) out += indent + line + "\n";
  return out;
}

// With a cut mark when the workspace kept only a part; `kept` says which end.
std::string section(const json::object& output, const char* name, const char* title, const char* kept) {
  const std::string text = shown(text_of(output, name));
  if (text.empty()) return {};
  const bool cut_off = flag_of(output, std::string(name) + "_truncated");
  return std::string(title) + (cut_off ? std::string(" (only the ") + kept + ")" : "") + ":\n" + indented(text, "  ");
}

// An output of a task whose state this library could not sort has Databricks' own word instead.
std::string verdict_of_output(const json::object& output) {
  return text_of(output, "verdict", text_of(output, "state"));
}

// Which iteration, and which attempt where it is not the only one.
std::string which_of(const json::object& output) {
  std::string text;
  if (output.contains("iteration")) text += "[" + std::to_string(number_of(output, "iteration")) + "]";
  if (const auto attempt = number_of(output, "attempt"); attempt > 1)
    text += " (attempt " + std::to_string(attempt) + ")";
  return text;
}

}  // namespace

std::string outputs_text(const json::array& outputs, const Terminal& terminal) {
  std::string text;
  for (const json::value& value : outputs) {
    if (!value.is_object()) continue;
    const json::object& output = value.get_object();
    const std::string verdict = verdict_of_output(output);
    if (!text.empty()) text += '\n';
    text +=
        verdict_coloured(verdict, text_of(output, "path") + which_of(output) + "  " + verdict_words(verdict), terminal);
    if (const auto url = text_of(output, "url"); !url.empty()) text += "  " + url;
    text += '\n';
    text += section(output, "result", "result", "beginning");
    text += section(output, "logs", "logs", "end");
    text += section(output, "error", "error", "beginning");
    text += section(output, "error_trace", "trace", "beginning");
    text += section(output, "unread", "not read", "beginning");
    if (const json::array& children = array_of(output, "children"); !children.empty())
      text += indented(outputs_text(children, terminal), "  ");
    if (const auto left_out = number_of(output, "children_left_out"); left_out > 0)
      text += "  and " + std::to_string(left_out) + " more, which were not read\n";
  }
  return text;
}

std::string error_heads_text(const json::array& outputs, const Terminal& terminal) {
  std::string text;
  for (const json::value& value : outputs) {
    if (!value.is_object()) continue;
    const json::object& output = value.get_object();
    const std::string error = shown(text_of(output, "error"));
    if (error.empty()) continue;
    text += "\n" + verdict_coloured("failed", text_of(output, "path"), terminal) + ": " + first_line(error) + "\n";
    const std::vector<std::string> trace = lines_of(shown(text_of(output, "error_trace")));
    const std::size_t first = trace.size() > kTraceLines ? trace.size() - kTraceLines : 0;
    for (std::size_t i = first; i < trace.size(); ++i) text += "    " + trace[i] + "\n";
  }
  return text;
}

std::string log_lines_text(const json::object& progress) {
  std::string text;
  if (const auto lost = number_of(progress, "logs_lost"); lost > 0)
    text += "(" + counted(lost, "line") + " of logs came faster than they could be shown)\n";
  for (const json::value& value : array_of(progress, "logs")) {
    if (!value.is_object()) continue;
    const json::object& entry = value.get_object();
    const json::array& tasks = array_of(entry, "tasks");
    const bool one_task = tasks.size() == 1 && tasks.front().is_string();
    const std::string who = one_task ? std::string(tasks.front().get_string())
                                     : text_of(entry, "job_cluster_key", text_of(entry, "cluster_id"));
    const std::string prefix = shown(who) + (text_of(entry, "stream") == "stderr" ? " ! " : " | ");
    for (const json::value& line : array_of(entry, "lines"))
      if (line.is_string()) text += prefix + shown(line.get_string()) + "\n";
    if (const auto unread = text_of(entry, "unread"); !unread.empty())
      text += prefix + "its logs cannot be read: " + shown(unread) + "\n";
  }
  return text;
}

std::string plan_text(const json::object& plan) {
  if (!flag_of(plan, "possible")) return "no repair is possible: " + text_of(plan, "reason") + "\n";
  std::string text;
  for (const json::value& value : array_of(plan, "rerun")) {
    if (!value.is_object()) continue;
    const json::object& task = value.get_object();
    text += "run again  " + text_of(task, "path") + "  (" + verdict_words(text_of(task, "reason")) + ")\n";
  }
  for (const json::value& kept : array_of(plan, "keep")) {
    if (kept.is_string()) text += "keep       " + std::string(kept.get_string()) + "\n";
  }
  for (const auto& parameter : object_of(plan, "parameters")) {
    const json::value& value = parameter.value();
    text += "parameter  " + std::string(parameter.key()) + "=" +
            (value.is_string() ? std::string(value.get_string()) : json::serialize(value)) + "\n";
  }
  if (flag_of(plan, "drift"))
    text += "The job's settings changed since the run was started; a repair needs --drift new or --drift restore.\n";
  if (const auto saved = number_of(plan, "saved_ms"); saved > 0) {
    text += "What is kept took " + duration_text(saved) + " of execution.\n";
  }
  return text;
}

std::string ending_text(const RunView& run, const Terminal& terminal) {
  const auto succeeded = std::count_if(run.tasks.begin(), run.tasks.end(),
                                       [](const TaskView& task) { return task.verdict == "succeeded"; });
  std::string text = verdict_words(run.verdict) + ": " + std::to_string(succeeded) + " of " +
                     counted(static_cast<std::int64_t>(run.tasks.size()), "task") + " succeeded";
  if (run.end_ms > run.start_ms && run.start_ms > 0) text += ", " + duration_text(run.end_ms - run.start_ms);
  text = verdict_coloured(run.verdict, text, terminal) + "\n";
  if (!run.message.empty() && run.verdict != "succeeded") text += "  " + run.message + "\n";
  if (!run.url.empty()) text += "  " + run.url + "\n";
  if (run.verdict == "failed" || run.verdict == "timed_out" || run.verdict == "canceled") {
    text += "  repair it: brickwork repair " + run.run_id + "\n";
  }
  return text;
}

}  // namespace brickwork::cli
