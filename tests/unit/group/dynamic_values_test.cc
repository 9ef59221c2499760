// References {{...}}: which of them mean something, and where.
#include <gtest/gtest.h>

#include "group/dynamic_reference.h"
#include "unit/group/documents.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;
using Rules = std::vector<std::string>;

std::vector<std::string> found(std::string_view text) {
  std::vector<std::string> list;
  for (const DynamicReference& reference : dynamic_references(text)) {
    std::string shown;
    for (const std::string_view part : reference.path) shown += (shown.empty() ? "" : "|") + std::string(part);
    list.push_back(reference.path.empty() ? "malformed: " + std::string(reference.text) : shown);
  }
  return list;
}

TEST(DynamicReference, IsReadAsPartsBetweenDots) {
  using List = std::vector<std::string>;
  EXPECT_EQ(found("{{job.id}}"), List{"job|id"});
  EXPECT_EQ(found("a {{ tasks.my-task.values.x_1 }} b {{input}}"), (List{"tasks|my-task|values|x_1", "input"}));
  EXPECT_EQ(found("{{tasks.a.values.`a key.with dots`}}"), List{"tasks|a|values|a key.with dots"});
  EXPECT_EQ(found("{{secrets/scope/key}}"), List{"secrets/scope/key"});
  EXPECT_EQ(found("{{{job.id}}}"), List{"job|id"});
  EXPECT_EQ(found("{{job.id}}{{job.name}}"), (List{"job|id", "job|name"}));
}

TEST(DynamicReference, LeavesTheBracesOfOtherLanguagesAlone) {
  for (const std::string_view text :
       {"", "{", "{{", "{{}}", "}}", "{{ }}", "{{ ref('model') }}", "{{ not (a) reference }}", "{\"job.id\": 1}", "{0}",
        "{input}", "{name}", "{{ var('job.id') }}", "f{x.y}", "{{#if job}}", "{{", "{{a b}}", "{ 'a': {'b': 1} }",
        "{{``}}"})
    EXPECT_TRUE(found(text).empty()) << text;
}

TEST(DynamicReference, WithWrongBracesIsSeen) {
  using List = std::vector<std::string>;
  EXPECT_EQ(found("{{job.id}"), List{"malformed: {{job.id}"});
  EXPECT_EQ(found("{{job.id"), List{"malformed: {{job.id"});
  EXPECT_EQ(found("{{job.id} {{job.name}}"), (List{"malformed: {{job.id} {{job.name}}", "job|name"}));
  EXPECT_EQ(found("{job.id}"), List{"malformed: {job.id}"});
  EXPECT_EQ(found("{job.parameters.state}}"), List{"malformed: {job.parameters.state}"});
  EXPECT_EQ(found("{{tasks.a..values}}"), List{"malformed: {{tasks.a..values}}"});
  EXPECT_EQ(found("{{job.parameters.a b}}"), List{"malformed: {{job.parameters.a b}}"});
  EXPECT_EQ(found("{{tasks.a.values.`x}}"), List{"malformed: {{tasks.a.values.`x}}"});
}

TEST(DynamicReference, IsKnownWhenDatabricksHasAValueOfThatName) {
  for (const std::string_view text : {"job.id",
                                      "job.name",
                                      "job.run_id",
                                      "job.repair_count",
                                      "job.start_time.iso_date",
                                      "job.start_time.timestamp_ms",
                                      "job.start_time.is_weekday",
                                      "job.trigger.type",
                                      "job.trigger.time.year",
                                      "job.trigger.file_arrival.location",
                                      "job.trigger.invented.tomorrow",
                                      "job.parameters.x",
                                      "job.parameters.a.b",
                                      "task.name",
                                      "task.run_id",
                                      "task.execution_count",
                                      "task.notebook_path",
                                      "tasks.t.run_id",
                                      "tasks.t.result_state",
                                      "tasks.t.error_code",
                                      "tasks.t.execution_count",
                                      "tasks.t.notebook_path",
                                      "tasks.t.values.x",
                                      "tasks.t.output.rows",
                                      "tasks.t.output.first_row",
                                      "tasks.t.output.first_row.col",
                                      "tasks.t.output.alert_state",
                                      "workspace.id",
                                      "workspace.url",
                                      "input",
                                      "input.x",
                                      "backfill.iso_datetime",
                                      "run_id",
                                      "start_date"}) {
    const std::string in_braces = "{{" + std::string(text) + "}}";  // the path points into it
    const auto references = dynamic_references(in_braces);
    ASSERT_EQ(references.size(), 1u) << text;
    EXPECT_TRUE(is_reference_namespace(references[0].path.front())) << text;
    EXPECT_TRUE(is_known_reference(references[0].path)) << text;
  }
  for (const std::string_view text :
       {"job", "job.idd", "job.start_time", "job.start_time.iso", "job.parameters", "job.id.x", "job.trigger", "task",
        "task.values.x", "tasks", "tasks.t", "tasks.t.values", "tasks.t.output", "tasks.t.output.row", "workspace",
        "workspace.name", "backfill.date"}) {
    const std::string in_braces = "{{" + std::string(text) + "}}";  // the path points into it
    const auto references = dynamic_references(in_braces);
    ASSERT_EQ(references.size(), 1u) << text;
    EXPECT_FALSE(is_known_reference(references[0].path)) << text;
  }
}

TEST(DynamicReference, ThatIsASlipOfThePenIsMended) {
  for (const auto& [text, meant] :
       std::map<std::string, std::string>{{"job.idd", "job.id"},
                                          {"jbo.id", "job.id"},
                                          {"job.start_time.iso_dat", "job.start_time.iso_date"},
                                          {"tasks.t.result_stat", "tasks.t.result_state"},
                                          {"tasks.t.value.x", "tasks.t.values.x"},
                                          {"job.parameter.x", "job.parameters.x"},
                                          {"workspace.xyz", ""},
                                          {"a.b", ""}}) {
    const std::string in_braces = "{{" + text + "}}";
    EXPECT_EQ(nearest_reference(dynamic_references(in_braces).at(0).path), meant) << text;
  }
}

// What is said about a text that the last of three tasks in a row is given; `other` stands beside them.
std::vector<Finding> findings_for(const std::string& text) {
  json::value group = document(R"({'parameters': [{'name': 'state', 'default': 'Iowa'}, {'name': 'a.b', 'default': ''}],
    'tasks': [{'task_key': 'first', 'run_job_task': {'job_id': 1}},
      {'task_key': 'second', 'depends_on': ['first'], 'run_job_task': {'job_id': 1}},
      {'task_key': 'other', 'run_job_task': {'job_id': 1}},
      {'task_key': 'last', 'depends_on': ['second'], 'notebook_task': {'notebook_path': '/n', 'base_parameters': {}}}]})");
  group.at("tasks").at(3).at("notebook_task").at("base_parameters").get_object()["x"] = text;
  return lint(group);
}

std::string rule_for(const std::string& text) {
  const std::vector<Finding> findings = findings_for(text);
  if (findings.empty()) return {};
  EXPECT_EQ(findings.size(), 1u) << text;
  EXPECT_EQ(findings[0].pointer, "/tasks/3/notebook_task/base_parameters/x") << text;
  EXPECT_EQ(findings[0].severity, Finding::Severity::kWarning) << text;
  return findings[0].rule;
}

TEST(DynamicValues, HaveOneRuleForEachMistake) {
  EXPECT_EQ(rule_for("{{tasks.first.values.x}} {{tasks.second.values.x}} {{job.parameters.state}}"), "");
  EXPECT_EQ(rule_for("{{job.parameters.a.b}} {{job.parameters.`a.b`}}"), "");
  EXPECT_EQ(rule_for("{{jobs.id}}"), "unknown_reference");
  EXPECT_EQ(rule_for("{{job.idd}}"), "bad_reference");
  EXPECT_EQ(rule_for("{{tasks.first}}"), "bad_reference");
  EXPECT_EQ(rule_for("{{tasks.first.valeus.x}}"), "bad_reference");
  EXPECT_EQ(rule_for("{{job.id}"), "malformed_reference");
  EXPECT_EQ(rule_for("{job.parameters.state}"), "malformed_reference");
  EXPECT_EQ(rule_for("{{job.parameters.county}}"), "unknown_parameter");
  EXPECT_EQ(rule_for("{{tasks.fourth.values.x}}"), "unknown_task_reference");
  EXPECT_EQ(rule_for("{{tasks.other.values.x}}"), "reference_not_upstream");
  EXPECT_EQ(rule_for("{{tasks.last.values.x}}"), "reference_not_upstream");
  EXPECT_EQ(rule_for("{{input}}"), "input_outside_loop");
}

TEST(DynamicValues, SayWhatWasMeant) {
  EXPECT_EQ(findings_for("{{job.start_time.iso_dates}}").at(0).fix, "did you mean {{job.start_time.iso_date}}?");
  EXPECT_EQ(findings_for("{{tasks.other.values.x}}").at(0).fix, "add \"other\" to depends_on");
  EXPECT_EQ(findings_for("{{tasks.secnd.values.x}}").at(0).fix, "did you mean \"second\"?");
}

TEST(DynamicValues, OfALoopAreThereInItsTaskOnly) {
  const auto loop = [](const std::string& inputs, const std::string& value) {
    return lint_rules(
        "{'tasks': [{'task_key': 'l', 'for_each_task': {'inputs': '" + inputs +
        "', 'task': {'task_key': 'n', 'notebook_task': {'notebook_path': '/n', 'base_parameters': {'x': '" + value +
        "'}}}}}]}");
  };
  EXPECT_EQ(loop("[1]", "{{input.x}}"), Rules{});
  EXPECT_EQ(loop("{{input}}", "1"), Rules{"input_outside_loop at /tasks/0/for_each_task/inputs"});
}

TEST(DynamicValues, OfAJobParameterAreKnownBeforeAnyTask) {
  const auto parameter = [](const std::string& text) {
    return lint_rules("{'parameters': [{'name': 'p', 'default': '" + text +
                      "'}], 'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}");
  };
  EXPECT_EQ(parameter("{{job.start_time.iso_date}} {{workspace.id}} {{backfill.iso_datetime}}"), Rules{});
  EXPECT_EQ(parameter("{{tasks.a.values.x}}"), Rules{"reference_out_of_place at /parameters/0/default"});
  EXPECT_EQ(parameter("{{task.name}}"), Rules{"reference_out_of_place at /parameters/0/default"});
  EXPECT_EQ(parameter("{{input}}"), Rules{"reference_out_of_place at /parameters/0/default"});
  EXPECT_EQ(parameter("{{job.idd}}"), Rules{"bad_reference at /parameters/0/default"});
}

// Two notebooks in a group with those defaults, of which the second waits for `first` and the first for nothing.
Rules with_defaults(const std::string& defaults, const std::string& own = "{}", const std::string& inner = "{}") {
  return lint_rules(R"({'lint': {'no_compute': 'off'}, 'tasks': [{'task_key': 'first', 'run_job_task': {'job_id': 1}},
    {'group': 'g', 'defaults': )" +
                    defaults + R"(, 'tasks': [{'group': 'h', 'defaults': )" + inner + R"(, 'tasks': [
      {'task_key': 'a', 'notebook_task': {'notebook_path': '/n', 'base_parameters': )" +
                    own + R"(}},
      {'task_key': 'p', 'spark_python_task': {'python_file': '/f.py'}}]},
      {'task_key': 'b', 'depends_on': ['/first'], 'notebook_task': {'notebook_path': '/n'}}]}]})");
}

TEST(DynamicValues, OfDefaultsAreThoseOfEveryTaskThatInherits) {
  const std::string reference = "{'notebook_params': {'x': '{{tasks.first.values.x}}'}}";
  const Rules refused{"reference_not_upstream at /tasks/1/defaults/notebook_params/x"};
  EXPECT_EQ(with_defaults(reference), refused);
  EXPECT_EQ(with_defaults(reference, "{'y': '1'}"), refused);
  EXPECT_EQ(with_defaults(reference, "{'x': 'own'}"), Rules{});
  EXPECT_EQ(with_defaults(reference, "null"), Rules{});
  EXPECT_EQ(with_defaults(reference, "{}", "{'notebook_params': {'x': 'inner'}}"), Rules{});
  EXPECT_EQ(with_defaults(reference, "{}", "{'notebook_params': null}"), Rules{});
  EXPECT_EQ(with_defaults("{'python_params': ['{{tasks.first.values.x}}']}"),
            Rules{"reference_not_upstream at /tasks/1/defaults/python_params/0"});
  EXPECT_EQ(with_defaults("{'python_params': ['{{tasks.first.values.x}}']}", "{}", "{'python_params': []}"), Rules{});
  EXPECT_EQ(with_defaults("{'notebook_params': {'x': '{{job.idd}} {{input}}', 'y': '{{tasks.nobody.run_id}}'}}"),
            (Rules{"bad_reference at /tasks/1/defaults/notebook_params/x",
                   "unknown_task_reference at /tasks/1/defaults/notebook_params/y"}));
}

TEST(DynamicValues, OfALongChainAreAnsweredInOneWalk) {
  // Each of a thousand tasks reads from all of the first fifty: fifty thousand questions.
  json::array tasks;
  for (int i = 0; i < 1000; ++i) {
    json::value task =
        notebook("t" + std::to_string(i),
                 i == 0 ? std::vector<std::string>{} : std::vector<std::string>{"t" + std::to_string(i - 1)});
    json::object values;
    for (int k = 0; k < std::min(i, 50); ++k)
      values["p" + std::to_string(k)] = "{{tasks.t" + std::to_string(k) + ".values.x}}";
    task.at("notebook_task").get_object()["base_parameters"] = std::move(values);
    tasks.push_back(std::move(task));
  }
  EXPECT_EQ(rules(lint(json::object{{"tasks", tasks}})), Rules{});
  tasks[500].at("notebook_task").at("base_parameters").get_object()["late"] = "{{tasks.t501.values.x}}";
  EXPECT_EQ(rules(lint(json::object{{"tasks", tasks}})),
            Rules{"reference_not_upstream at /tasks/500/notebook_task/base_parameters/late"});
}

}  // namespace
}  // namespace brickwork::group
