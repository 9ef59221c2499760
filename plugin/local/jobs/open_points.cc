#include "local/jobs/open_points.h"

#include <map>

namespace brickwork::local {
namespace {

std::map<std::string, std::string>& choices() {
  static std::map<std::string, std::string> chosen = [] {
    std::map<std::string, std::string> defaults;
    for (const OpenPoint& point : open_points()) defaults[point.name] = point.behaviours.front();
    return defaults;
  }();
  return chosen;
}

}  // namespace

const std::vector<OpenPoint>& open_points() {
  static const std::vector<OpenPoint> points{
      {"skipped-tasks", {"skipped", "terminated", "internal-error"}, "life_cycle_state of a task that never began"},
      {"run-timeout", {"timedout", "canceled"}, "result_state of a run over its own timeout_seconds"},
      {"cancel-ended", {"accept", "refuse"}, "cancelling a run that has ended"},
      {"unknown-parameters", {"refuse", "ignore"}, "run-now with job_parameters that the job does not declare"},
      {"submit-retries", {"honour", "ignore"}, "max_retries of the tasks of runs/submit"},
  };
  return points;
}

std::vector<std::string> choices_of_open_points() {
  std::vector<std::string> choices;
  for (const OpenPoint& point : open_points())
    for (const std::string& behaviour : point.behaviours) choices.push_back(point.name + "=" + behaviour);
  return choices;
}

void choose_open_point(const std::string& choice) {
  const std::size_t equals = choice.find('=');
  choices().at(choice.substr(0, equals)) = choice.substr(equals + 1);
}

const std::string& chosen(const std::string& point) { return choices().at(point); }

}  // namespace brickwork::local
