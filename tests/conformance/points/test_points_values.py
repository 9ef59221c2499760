"""Points 32 to 39: references, parameters and task values."""

import json
import re

import pytest
from jobs_client import below, by_key, ok, results

ECHO = """import json, sys
json.dump(sys.argv[2:], open(sys.argv[1], "w"))
"""


class Echo:
    """A Python task that writes its arguments to a file."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "echo.py").write_text(ECHO)

    def task(self, key, *arguments, **members):
        return {"task_key": key, **members, "spark_python_task": {
            "python_file": f"file:{self.folder / 'echo.py'}", "parameters": [str(self.folder / key), *arguments]}}

    def heard(self, key):
        return json.loads((self.folder / key).read_text())


@pytest.fixture
def echo(tmp_path):
    return Echo(tmp_path)


def conditions(run):
    return {key: task["condition_task"].get("outcome") for key, task in by_key(run).items() if "condition_task" in task}


def equal(key, left, right, *upstream, **members):
    return {**ok(key, *upstream, **members), "condition_task": {"op": "EQUAL_TO", "left": left, "right": right}}


def test_point_32_dynamic_references_are_filled_in(jobs, echo):
    names = ["job.id", "job.name", "job.run_id", "job.repair_count", "job.start_time.iso_date", "job.start_time.year",
             "job.start_time.timestamp_ms", "job.trigger.type", "job.trigger.time.iso_datetime", "job.parameters.p",
             "task.name", "task.run_id", "task.execution_count", "tasks.first.run_id", "tasks.first.result_state",
             "tasks.first.error_code", "tasks.first.execution_count", "workspace.id", "workspace.url"]
    run = jobs.done(ok("first"), echo.task("second", *(f"<{{{{{name}}}}}>" for name in names), "{{ job.id }} {{`job`.id}}",
                                           depends_on=[{"task_key": "first"}]),
                    name="named", parameters=[{"name": "p", "default": "v"}])
    assert run["state"]["result_state"] == "SUCCESS", run["state"]
    heard = dict(zip(names, (value[1:-1] for value in echo.heard("second"))))
    tasks = by_key(run)
    assert heard["job.id"] == str(run["job_id"]) and heard["job.run_id"] == str(run["run_id"])
    assert heard["job.name"] == "named" and heard["job.repair_count"] == "0"
    assert heard["job.start_time.timestamp_ms"] == str(run["start_time"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", heard["job.start_time.iso_date"])
    assert heard["job.start_time.iso_date"].startswith(heard["job.start_time.year"])
    assert heard["job.trigger.type"] == "one_time" and heard["job.parameters.p"] == "v"
    assert heard["task.name"] == "second" and heard["task.run_id"] == str(tasks["second"]["run_id"])
    assert heard["tasks.first.run_id"] == str(tasks["first"]["run_id"]) and heard["task.execution_count"] == "1"
    assert heard["workspace.url"] == jobs.workspace.url and heard["workspace.id"].isdigit()
    assert echo.heard("second")[-1] == f"{run['job_id']} {run['job_id']}"


def test_point_33_result_states_in_references_are_lower_case(jobs):
    upstream = [{"task_key": key} for key in ("good", "wrong", "out")]
    run = jobs.done(
        ok("good"), {"task_key": "wrong", "condition_task": {"op": "LESS_THAN", "left": "x", "right": "1"}},
        ok("out", "good", run_if="ALL_FAILED"), ok("under", "wrong"),
        *[{**equal(f"sees_{key}", f"{{{{tasks.{key}.result_state}}}}", state, run_if="ALL_DONE"),
           "depends_on": [*upstream, {"task_key": "under"}]}
          for key, state in (("good", "success"), ("wrong", "failed"), ("out", "excluded"),
                             ("under", "upstream_failed"))])
    assert {key: outcome for key, outcome in conditions(run).items() if key.startswith("sees")} == {
        "sees_good": "true", "sees_wrong": "true", "sees_out": "true", "sees_under": "true"}


def test_point_34_unknown_namespaces_are_text_and_unknown_names_an_error(jobs, echo):
    literal = ["{{nothing.known}}", "{{job.id", "{job.id}", "{{}}", "{{ a b }}", "}}{{"]
    assert jobs.done(echo.task("a", *literal))["state"]["result_state"] == "SUCCESS"
    assert echo.heard("a") == literal
    for wrong in ("{{job.nothing}}", "{{task.nothing}}", "{{tasks.nowhere.run_id}}", "{{tasks.first.values.missing}}",
                  "{{job.parameters.missing}}"):
        run = jobs.done(ok("first"), equal("b", wrong, "1", "first"))
        assert results(run)["b"] == "FAILED", wrong
        details = by_key(run)["b"]["status"]["termination_details"]
        assert details["code"] == "INVALID_RUN_CONFIGURATION" and wrong.strip("{}").split(".")[-1] in details["message"]


def test_point_34_the_forms_of_before_are_still_understood(jobs, echo):
    run = jobs.done(echo.task("a", "{{job_id}}", "{{run_id}}", "{{parent_run_id}}", "{{start_date}}", "{{start_time}}",
                              "{{task_retry_count}}", "{{task_key}}"))
    job_id, run_id, parent, day, start, retries, key = echo.heard("a")
    assert (job_id, run_id, parent) == (str(run["job_id"]), str(run["tasks"][0]["run_id"]), str(run["run_id"]))
    assert (start, retries, key) == (str(run["start_time"]), "0", "a") and re.fullmatch(r"\d{4}-\d\d-\d\d", day)


def test_point_37_a_run_has_at_most_250_task_values(jobs, put_notebook):
    put_notebook("/Shared/points/many",
                 "for n in range(200):\n    dbutils.jobs.taskValues.set(dbutils.widgets.get('task') + str(n), n)\n"
                 "dbutils.jobs.taskValues.set(dbutils.widgets.get('task') + '0', 'again')")

    def task(key, *upstream):
        return {"task_key": key, **below(*upstream), "notebook_task": {
            "notebook_path": "/Shared/points/many", "base_parameters": {"task": "{{task.name}}"}}}

    run = jobs.done(task("a"), task("b", "a"))
    assert results(run) == {"a": "SUCCESS", "b": "FAILED"}
    output = jobs.get("runs/get-output", run_id=by_key(run)["b"]["run_id"])
    assert output["error"] == "ValueError: The run has 250 task values already, b50 cannot be set"


def test_point_35_job_parameters_win_and_unknown_ones_are_refused(jobs, put_notebook):
    put_notebook("/Shared/points/widgets",
                 "dbutils.notebook.exit(','.join(dbutils.widgets.get(n) for n in ('both', 'job', 'task')))")
    task = {"task_key": "a", "notebook_task": {"notebook_path": "/Shared/points/widgets",
                                               "base_parameters": {"both": "task", "task": "{{job.parameters.job}}!"}}}
    job_id = jobs.create(task, parameters=[{"name": "both", "default": "job"}, {"name": "job", "default": "default"}])

    def result(**members):
        run = jobs.finished(jobs.run_now(job_id, **members))
        output = jobs.get("runs/get-output", run_id=run["tasks"][0]["run_id"])
        return output["notebook_output"]["result"], run

    assert result()[0] == "job,default,default!"
    text, run = result(job_parameters={"job": "given"})
    assert text == "job,given,given!"
    assert run["job_parameters"] == [{"name": "both", "default": "job"},
                                     {"name": "job", "default": "default", "value": "given"}]
    for wrong in ({"job_parameters": {"unknown": "1"}}, {"notebook_params": {"both": "1"}}):
        assert jobs.refused("POST", "run-now", {"job_id": job_id, **wrong})[:2] == (400, "INVALID_PARAMETER_VALUE")


def test_point_36_legacy_parameters_merge_or_replace_and_are_echoed(jobs, echo, put_notebook):
    put_notebook("/Shared/points/legacy", "dbutils.notebook.exit(dbutils.widgets.get('a') + dbutils.widgets.get('b'))")
    task = {"task_key": "n", "notebook_task": {"notebook_path": "/Shared/points/legacy",
                                               "base_parameters": {"a": "1", "b": "2"}}}
    run = jobs.finished(jobs.run_now(jobs.create(task), notebook_params={"b": "3"}))
    assert jobs.get("runs/get-output", run_id=run["tasks"][0]["run_id"])["notebook_output"]["result"] == "13"
    assert run["overriding_parameters"] == {"notebook_params": {"b": "3"}}
    python = echo.task("p", "one", "two")
    run = jobs.finished(jobs.run_now(jobs.create(python), python_params=[str(echo.folder / "p"), "three"]))
    assert echo.heard("p") == ["three"]
    job_id = jobs.create(python)
    given = jobs.run(jobs.run_now(job_id, notebook_params={"a": "1"}, jar_params=[], python_params=[]))
    assert given["overriding_parameters"] == {"notebook_params": {"a": "1"}}
    for wrong in ({"notebook_params": {"a": "1"}, "jar_params": ["x"]}, {"python_params": ["x" * 10_001]},
                  {"python_params": ["\u00e4"]}, {"python_params": {"a": 1}}, {"notebook_params": ["a"]}):
        assert jobs.refused("POST", "run-now", {"job_id": job_id, **wrong})[0] == 400, wrong


def test_point_37_task_values_come_from_tasks_above(jobs, put_notebook):
    put_notebook("/Shared/points/sets", "dbutils.jobs.taskValues.set('k', {'deep': [1, 2]})")
    put_notebook("/Shared/points/gets", "import json\n"
                 "v = dbutils.jobs.taskValues\n"
                 "dbutils.notebook.exit(json.dumps([v.get('sets', 'k'), v.get('sets', 'no', default=7),"
                 " v.get('apart', 'k', default='unseen')]))")

    def notebook(key, name, *upstream):
        return {"task_key": key, "notebook_task": {"notebook_path": f"/Shared/points/{name}"},
                "depends_on": [{"task_key": up} for up in upstream]}

    run = jobs.done(notebook("sets", "sets"), notebook("apart", "sets"), notebook("gets", "gets", "sets"),
                    equal("refers", "{{tasks.sets.values.k}}", '{"deep":[1,2]}', "sets"))
    output = jobs.get("runs/get-output", run_id=by_key(run)["gets"]["run_id"])
    assert json.loads(output["notebook_output"]["result"]) == [{"deep": [1, 2]}, 7, "unseen"]
    assert conditions(run)["refers"] == "true"


@pytest.mark.parametrize("op, left, right, outcome", [
    ("EQUAL_TO", "12.0", "12", "false"), ("EQUAL_TO", "a", "a", "true"), ("NOT_EQUAL", "a", "b", "true"),
    ("GREATER_THAN", "12.5", "3", "true"), ("LESS_THAN_OR_EQUAL", "-1", "-1.0", "true"), ("LESS_THAN", "2", "1", "false"),
    ("GREATER_THAN_OR_EQUAL", "10", "9", "true"),
])
def test_point_38_conditions_end_with_the_text_true_or_false(jobs, op, left, right, outcome):
    choice = {"task_key": "c", "condition_task": {"op": op, "left": left, "right": right}}
    branches = [{**ok(name), "depends_on": [{"task_key": "c", "outcome": name}]} for name in ("true", "false")]
    run = jobs.done(choice, *branches)
    assert conditions(run)["c"] == outcome
    assert results(run) == {"c": "SUCCESS", outcome: "SUCCESS", "false" if outcome == "true" else "true": "EXCLUDED"}


def test_point_39_resolved_values_are_shown_when_asked_for(jobs, echo):
    run = jobs.done(equal("c", "{{job.parameters.p}}", "v"), echo.task("e", "{{job.parameters.p}}!"),
                    parameters=[{"name": "p", "default": "v"}])
    assert "resolved_values" not in run["tasks"][0]
    tasks = by_key(jobs.run(run["run_id"], include_resolved_values=True))
    assert tasks["c"]["resolved_values"]["condition_task"]["left"] == "v"
    assert tasks["e"]["resolved_values"]["spark_python_task"]["parameters"][-1] == "v!"
    assert tasks["c"]["condition_task"]["left"] == "{{job.parameters.p}}"
