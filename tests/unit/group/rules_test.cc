// Every rule: the table of the room's README has it, and what stands there is found where it says, as severe as it
// says.
#include "group/rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <regex>

#include "unit/group/documents.h"
#include "unit/group/random_group.h"
#include "unit/group/readme.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

struct Row {
  std::string rule;
  std::string severity;
  std::string example;
  std::string pointer;
};

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (std::size_t at = 2; at < line.size();) {
    const std::size_t end = std::min(line.find(" | ", at), line.rfind(" |"));
    cells.push_back(line.substr(at, end - at));
    at = end + 3;
  }
  return cells;
}

bool is_code(const std::string& cell) { return cell.size() >= 2 && cell.front() == '`' && cell.back() == '`'; }
std::string inside(const std::string& cell) { return is_code(cell) ? cell.substr(1, cell.size() - 2) : ""; }

std::vector<Row> table() {
  std::vector<Row> rows;
  bool is_inside = false;
  for (const std::string& line : lines_of_readme()) {
    if (line.starts_with("## ")) is_inside = line == "## Findings";
    if (!is_inside || !line.starts_with("| `")) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != 5) throw std::runtime_error(std::to_string(cells.size()) + " cells in " + line);
    rows.push_back({inside(cells[0]), cells[1], cells[2], inside(cells[3])});
  }
  return rows;
}

json::object task_with(json::object members) {
  json::object task;
  if (!members.contains("task_key") && !members.contains("group")) task["task_key"] = "a";
  bool has_kind = members.contains("group");
  for (const auto& [name, value] : members) {
    has_kind = has_kind || name.ends_with("_task");
    task[name] = value;
  }
  if (!has_kind) task["run_job_task"] = json::object{{"job_id", 1}};
  return task;
}

// As the README says it reads its examples.
json::value document_of(const std::string& example) {
  const json::value first = json::object{{"task_key", "first"}, {"run_job_task", {{"job_id", 1}}}};
  if (example.starts_with("\"")) {
    json::object task = task_with(json::parse("{" + example + "}").get_object());
    return json::object{{"tasks", {first, std::move(task)}}};
  }
  json::value document = json::parse(example);
  if (document.is_object() && !document.get_object().contains("tasks")) document.get_object()["tasks"] = {first};
  return document;
}

json::object job_of(int tasks, const std::string& prefix = "t") {
  json::array list;
  for (int i = 0; i < tasks; ++i) list.push_back(notebook(prefix + std::to_string(i)));
  return json::object{{"tasks", std::move(list)}};
}

json::string xs(std::size_t count) { return json::string(count, 'x'); }

struct Case {
  json::value document;
  std::string pointer;
};

json::value nested(int levels) {
  json::value inner = notebook("a");
  for (int i = 0; i < levels; ++i) inner = json::object{{"group", "g"}, {"tasks", {std::move(inner)}}};
  return json::object{{"tasks", {std::move(inner)}}};
}

Case many_defaults() {
  json::object job = job_of(1000);
  job["defaults"] = json::object{{"of_tomorrow", xs(11'000)}};
  return {std::move(job), ""};
}

Case many_dependencies() {
  json::object first = job_of(500), second = job_of(500, "u");
  first["group"] = "g";
  second["group"] = "h";
  second["depends_on"] = {"g"};
  return {json::object{{"tasks", {std::move(first), std::move(second)}}}, "/tasks/1/tasks/200"};
}

Case many_tags() {
  json::object job = job_of(1), tags;
  for (int i = 0; i < 24; ++i) tags["tag" + std::to_string(i)] = "x";
  job["tags"] = std::move(tags);
  return {std::move(job), "/tags"};
}

Case many_mistakes() {
  json::array parameters;
  for (int i = 0; i < 10'001; ++i) parameters.push_back(i);
  json::object job = job_of(1);
  job["parameters"] = std::move(parameters);
  return {std::move(job), ""};
}

// A hundred rows of a hundred groups, none of them empty, and one group more.
Case many_groups() {
  json::array rows;
  for (int i = 0; i < 101; ++i) {
    json::value row = nested(100).at("tasks").at(0);
    row.get_object()["group"] = "g" + std::to_string(i);
    rows.push_back(std::move(row));
  }
  return {json::object{{"tasks", std::move(rows)}}, "/tasks/100"};
}

Case with_member(const char* member, json::value value) {
  json::object job = job_of(1);
  job[member] = std::move(value);
  return {std::move(job), "/" + std::string(member)};
}

// What is too large for a table.
const std::map<std::string, std::function<Case()>>& generated() {
  static const std::map<std::string, std::function<Case()>> kCases = {
      {"too_long", [] { return with_member("description", xs(27'701)); }},
      {"too_deep",
       [] {
         std::string pointer;
         for (int i = 0; i < 101; ++i) pointer += "/tasks/0";
         return Case{nested(101), pointer};
       }},
      {"too_large", many_defaults},
      {"too_many_findings", many_mistakes},
      {"too_many_groups", many_groups},
      {"too_many_tasks",
       [] {
         return Case{job_of(1001), "/tasks"};
       }},
      {"key_shortened",
       [] {
         return Case{json::object{{"tasks", {notebook(std::string(101, 'x'))}}}, "/tasks/0/task_key"};
       }},
      {"too_many_dependencies", many_dependencies},
      {"parameters_too_large",
       [] {
         return with_member("parameters", {json::object{{"name", "a"}, {"default", xs(10'001)}}});
       }},
      {"no_room_for_tags", many_tags},
      {"task_key_replaced",
       [] {
         return Case{json::object{{"dialect", "airflow"},
                                  {"name", "n"},
                                  {"tasks",
                                   {{{"task_key", "a"},
                                     {"databricks_task_key", xs(101)},
                                     {"notebook_task", {{"notebook_path", "/n"}}}}}}},
                     "/tasks/0/databricks_task_key"};
       }},
  };
  return kCases;
}

Case case_of(const Row& row) {
  if (is_code(row.example)) return {document_of(inside(row.example)), row.pointer};
  return generated().at(row.rule)();
}

TEST(Rules, OfTheCodeAreThoseOfTheTable) {
  std::set<std::string> written, known;
  for (const Row& row : table()) EXPECT_TRUE(written.insert(row.rule).second) << row.rule << " has two rows";
  for (const Rule& rule : all_rules()) known.insert(std::string(rule.id));
  EXPECT_EQ(written, known);
}

// A finding's second argument is the name of its rule, which may be chosen between two.
TEST(Rules, OfEveryFindingInTheCodeAreKnown) {
  const std::regex literal("\"([a-z_]+)\"");
  int found = 0;
  for (const auto& file : std::filesystem::directory_iterator(BRICKWORK_GROUP_ROOM)) {
    if (file.path().extension() != ".cc" && file.path().extension() != ".h") continue;
    const std::string text = text_of_file(file.path());
    for (const std::string call : {".error(", ".warning("}) {
      for (std::size_t at = text.find(call); at != std::string::npos; at = text.find(call, at + 1)) {
        std::size_t commas[2] = {};
        int depth = 0, count = 0;
        for (std::size_t i = at + call.size(); i < text.size() && count < 2 && depth >= 0; ++i) {
          if (std::string("([{").find(text[i]) != std::string::npos) ++depth;
          if (std::string(")]}").find(text[i]) != std::string::npos) --depth;
          if (text[i] == ',' && depth == 0) commas[count++] = i;
        }
        if (count < 2) continue;
        const std::string rule = text.substr(commas[0], commas[1] - commas[0]);
        for (std::sregex_iterator match(rule.begin(), rule.end(), literal), end; match != end; ++match) {
          if ((*match)[1] == "unused_") continue;  // followed by the member that nobody uses
          EXPECT_NE(find_lint_rule((*match)[1].str()), nullptr) << (*match)[1] << " in " << file.path().filename();
          ++found;
        }
      }
    }
  }
  EXPECT_GT(found, 80);
}

TEST(Rules, EachIsFoundWhereItsExampleSays) {
  for (const Row& row : table()) {
    ASSERT_TRUE(is_code(row.example) || generated().contains(row.rule)) << row.rule << " has no case";
    const Case example = case_of(row);
    bool found = false;
    std::string all;
    for (const Finding& finding : lint(example.document)) {
      if (all.size() < 1000) all += finding.rule + " at " + finding.pointer + "\n";
      if (finding.rule != row.rule || finding.pointer != example.pointer) continue;
      found = true;
      const bool is_error = finding.severity == Finding::Severity::kError;
      EXPECT_EQ(is_error, row.severity.starts_with("error")) << row.rule;
      EXPECT_FALSE(finding.message.empty() || finding.fix.empty()) << row.rule;
    }
    EXPECT_TRUE(found) << row.rule << " is not at " << example.pointer << ", but there are\n" << all;
  }
}

TEST(Rules, ThatAreAlwaysErrorsAreThoseThatStayErrors) {
  for (const Row& row : table()) {
    const Rule* rule = find_lint_rule(row.rule);
    ASSERT_NE(rule, nullptr);
    EXPECT_EQ(rule->is_fixed, row.severity.starts_with("error, always")) << row.rule;
    Case example = case_of(row);
    if (!example.document.is_object()) continue;
    const bool is_bad_lint = example.document.get_object().contains("lint");
    example.document.get_object()["lint"].emplace_object()[row.rule] = "off";
    if (is_bad_lint) continue;  // its example has just been mended
    bool found = false;
    for (const Finding& finding : lint(example.document))
      found = found || (finding.rule == row.rule && finding.severity == Finding::Severity::kError);
    EXPECT_EQ(found, rule->is_fixed) << row.rule;
  }
}

TEST(Severities, OfADocumentRaiseAndLowerAndSilence) {
  const auto severities = [](const std::string& level) {
    std::vector<std::string> list;
    for (const Finding& finding :
         lint(document("{'lint': {'no_effect': '" + level + "', 'bad_run_if': '" + level +
                       "'}, 'tasks': [{'task_key': 'a', 'existing_cluster_id': 'c', 'run_if': 'X', "
                       "'run_job_task': {'job_id': 1}}]}")))
      list.push_back(finding.rule + (finding.severity == Finding::Severity::kError ? " error" : " warning"));
    return list;
  };
  EXPECT_EQ(severities("error"), (std::vector<std::string>{"no_effect error", "bad_run_if error"}));
  EXPECT_EQ(severities("warning"), (std::vector<std::string>{"no_effect warning", "bad_run_if warning"}));
  EXPECT_EQ(severities("off"), std::vector<std::string>{});
}

TEST(Severities, DecideWhetherADocumentCompiles) {
  const std::string task = "'tasks': [{'task_key': 'a', 'run_if': 'X', 'run_job_task': {'job_id': 1}}]}";
  EXPECT_FALSE(compile(document("{" + task)).ok());
  const Result<Compiled> lowered = compile(document("{'lint': {'bad_run_if': 'off'}, " + task));
  ASSERT_TRUE(lowered.ok());
  EXPECT_FALSE(lowered.value().settings.contains("lint")) << "Databricks is not to see it";
  const std::string good = "'tasks': [{'task_key': 'a', 'future_task': {}}]}";
  EXPECT_TRUE(compile(document("{" + good)).ok());
  EXPECT_FALSE(compile(document("{'lint': {'unknown_kind': 'error'}, " + good)).ok());
}

TEST(Severities, DoNotChangeTheDigest) {
  const std::string task = "'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}";
  EXPECT_EQ(compiled(document("{" + task)).digest, compiled(document("{'lint': {'no_effect': 'off'}, " + task)).digest);
}

TEST(Severities, ThatAreMisspeltAreFindings) {
  const std::vector<Finding> findings =
      lint(document("{'lint': {'no_efect': 'off', 'cycle': 'warning', 'duplicate_key': 'error', 'no_compute': 'loud'}, "
                    "'tasks': [{'task_key': 'a', 'run_job_task': {'job_id': 1}}]}"));
  EXPECT_EQ(rules(findings), (std::vector<std::string>{"unknown_rule at /lint/no_efect", "fixed_rule at /lint/cycle",
                                                       "bad_severity at /lint/no_compute"}));
  EXPECT_EQ(findings.at(0).fix, "did you mean \"no_effect\"?");
}

TEST(Severities, LiftTheLimitOfTasksUpToTenThousand) {
  const auto result = [](int tasks) {
    json::object job = job_of(tasks);
    job["lint"] = json::object{{"too_many_tasks", "off"}};
    return compile(json::value(std::move(job)));
  };
  const Result<Compiled> lifted = result(1001);
  ASSERT_TRUE(lifted.ok());
  EXPECT_EQ(lifted.value().settings.at("tasks").get_array().size(), 1001u);
  const Result<Compiled> beyond = result(10'001);
  ASSERT_FALSE(beyond.ok());
  EXPECT_EQ(rules(beyond.status()->findings), std::vector<std::string>{"too_large at /tasks"});
}

// A job that can be sent, whatever is wrong with it.
void expect_whole(const Compiled& job) {
  std::set<std::string> keys;
  for (const CompiledTask& task : job.tasks) EXPECT_TRUE(keys.insert(task.task_key).second) << task.task_key;
  const json::array& tasks = job.settings.at("tasks").get_array();
  ASSERT_EQ(tasks.size(), job.tasks.size());
  for (const json::value& task : tasks) {
    EXPECT_TRUE(keys.contains(std::string(task.at("task_key").get_string())));
    const json::value* depends_on = task.get_object().if_contains("depends_on");
    if (depends_on == nullptr || depends_on->is_null()) continue;
    for (const json::value& entry : depends_on->get_array())
      EXPECT_TRUE(keys.contains(std::string(entry.at("task_key").get_string()))) << entry;
  }
}

class Silenced : public testing::TestWithParam<int> {};

TEST_P(Silenced, ADamagedDocumentIsCompiledWholeOrRefused) {
  json::object off;
  for (const Rule& rule : all_rules()) off[rule.id] = "off";
  RandomGroup random(GetParam());
  json::value group = random.group();
  for (int round = 0; round < 20; ++round) {
    random.damage(group);
    if (!group.is_object()) return;
    group.get_object()["lint"] = off;
    const Result<Compiled> result = compile(group);
    if (result.ok()) expect_whole(result.value());
    for (const Finding& finding : lint(group)) EXPECT_TRUE(find_lint_rule(finding.rule)->is_fixed) << finding.rule;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Silenced, testing::Range(1, 101));

}  // namespace
}  // namespace brickwork::group
