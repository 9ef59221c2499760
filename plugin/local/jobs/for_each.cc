#include <boost/json/parse.hpp>

#include "local/fields.h"
#include "local/jobs/active_run.h"
#include "local/jobs/references.h"

namespace brickwork::local {
namespace {

constexpr std::size_t kIterationLimit = 5000;

// Inputs are an array, or the text of one: that is what a reference leaves behind.
boost::json::array parse_inputs(const boost::json::object& for_each_task) {
  const boost::json::value* inputs = for_each_task.if_contains("inputs");
  boost::json::value parsed = inputs == nullptr ? boost::json::value() : *inputs;
  if (parsed.is_string()) {
    boost::json::error_code error;
    parsed = boost::json::parse(std::string_view(parsed.get_string()), error);
  }
  if (!parsed.is_array()) throw ReferenceError("The inputs of a For each task must be a JSON array");
  if (parsed.get_array().size() > kIterationLimit)
    throw ReferenceError("A For each task has at most " + std::to_string(kIterationLimit) + " iterations");
  return std::move(parsed.get_array());
}

}  // namespace

void ActiveRun::start_for_each(TaskRun& task, const boost::json::object& for_each_task) {
  const boost::json::array inputs = parse_inputs(for_each_task);
  ForEach progress;
  progress.inputs.assign(inputs.begin(), inputs.end());
  progress.concurrency =
      static_cast<std::size_t>(std::max<std::int64_t>(1, integer_field(for_each_task, "concurrency").value_or(1)));
  task.iterations_total = static_cast<std::int64_t>(inputs.size());
  for_each_[task.run_id] = std::move(progress);
  task_running(task.run_id);
  start_iterations(task);
}

void ActiveRun::start_iterations(TaskRun& for_each) {
  ForEach& progress = for_each_[for_each.run_id];
  const boost::json::object& settings = for_each.definition->at("for_each_task").get_object();
  const boost::json::object* nested = object_field(settings, "task");
  const bool stopping = for_each.canceling || for_each.timing_out;
  progress.starting = true;
  while (nested != nullptr && !stopping && progress.active < progress.concurrency &&
         progress.next < progress.inputs.size()) {
    TaskRun iteration;
    iteration.run_id = new_id();
    iteration.task_key = text_field(*nested, "task_key").value_or(for_each.task_key + "_iteration");
    iteration.definition = std::make_shared<const boost::json::object>(*nested);
    iteration.for_each_run_id = for_each.run_id;
    iteration.input = progress.inputs[progress.next++];
    ++progress.active;
    run_.tasks.push_back(std::move(iteration));
    start(run_.tasks.back());
  }
  progress.starting = false;
  if (progress.active > 0) return;
  if (for_each.state.is_final()) return;
  TaskEnd task_end;
  if (stopping)
    task_end.kind = TaskEnd::Kind::kCanceled;
  else if (progress.failed > 0)
    task_end.kind = TaskEnd::Kind::kFailed;
  if (progress.failed > 0)
    task_end.error =
        std::to_string(progress.failed) + " of " + std::to_string(progress.inputs.size()) + " iterations failed";
  const State state = state_after(for_each, task_end);
  effects_.outputs.emplace_back(for_each.run_id, std::move(task_end));
  end(for_each, state);
}

void ActiveRun::iteration_ended(const TaskRun& iteration) {
  ForEach& progress = for_each_[iteration.for_each_run_id];
  --progress.active;
  if (!iteration.state.is_success()) ++progress.failed;
  TaskRun* for_each = run_.attempt(iteration.for_each_run_id);
  // An iteration that ends while it is being started leaves the rest to the loop that started it.
  if (!progress.starting) start_iterations(*for_each);
}

}  // namespace brickwork::local
