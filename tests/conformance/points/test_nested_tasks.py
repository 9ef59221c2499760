"""Tasks that start tasks, with real processes: for_each_task, run_job_task and condition_task."""

import json
from pathlib import Path

import pytest
from jobs_client import below, by_key, ok, results, wait_until


def for_each(key, inputs, nested, *upstream, **members):
    return {"task_key": key, **below(*upstream),
            "for_each_task": {"inputs": inputs, "task": {**nested, "task_key": f"{key}_one"}, **members}}


def notebook(key, path, *upstream, **parameters):
    return {"task_key": key, **below(*upstream),
            "notebook_task": {"notebook_path": path, "base_parameters": parameters}}


def iterations_of(jobs, run, key):
    return jobs.run(by_key(run)[key]["run_id"])["iterations"]


def test_for_each_takes_its_inputs_from_a_task_value_and_runs_as_many_at_once_as_it_may(jobs, put_notebook, tmp_path):
    put_notebook("/Shared/nested/list", "dbutils.jobs.taskValues.set('rows', [{'n': n} for n in range(5)])")
    now, met = tmp_path / "now", tmp_path / "met"
    now.mkdir()
    put_notebook("/Shared/nested/one", f"""import os, time
name = {str(now)!r} + "/" + dbutils.widgets.get("n")
open(name, "w").close()
seen = len(os.listdir({str(now)!r}))
deadline = time.monotonic() + 30
while not os.path.exists({str(met)!r}) and time.monotonic() < deadline:
    seen = max(seen, len(os.listdir({str(now)!r})))
    if seen > 1:
        open({str(met)!r}, "w").close()
os.remove(name)
dbutils.notebook.exit(str(seen))
""")
    run = jobs.done(notebook("list", "/Shared/nested/list"),
                    for_each("each", "{{tasks.list.values.rows}}", notebook("", "/Shared/nested/one", n="{{input.n}}"),
                             "list", concurrency=2))
    assert results(run) == {"list": "SUCCESS", "each": "SUCCESS"}
    assert by_key(run)["each"]["for_each_task"]["stats"]["task_run_stats"]["succeeded_iterations"] == 5
    iterations = iterations_of(jobs, run, "each")
    assert [each["resolved_values"]["notebook_task"]["base_parameters"]["n"] for each in jobs.run(
        by_key(run)["each"]["run_id"], include_resolved_values=True)["iterations"]] == list("01234")
    seen = [int(jobs.get("runs/get-output", run_id=each["run_id"])["notebook_output"]["result"]) for each in iterations]
    assert max(seen) == 2


def test_for_each_goes_on_after_a_failure_and_a_repair_runs_it_again(jobs, put_notebook, tmp_path):
    put_notebook("/Shared/nested/odd", f"""import os
if dbutils.widgets.get("n") == "1" and not os.path.exists({str(tmp_path / 'mended')!r}):
    raise ValueError("odd")
""")
    run = jobs.done(for_each("each", "[0, 1, 2]", notebook("", "/Shared/nested/odd", n="{{input}}")), ok("after", "each"))
    assert results(run) == {"each": "FAILED", "after": "UPSTREAM_FAILED"}
    states = [each["state"]["result_state"] for each in iterations_of(jobs, run, "each")]
    assert states == ["SUCCESS", "FAILED", "SUCCESS"]
    failed = iterations_of(jobs, run, "each")[1]
    assert jobs.get("runs/get-output", run_id=failed["run_id"])["error"] == "ValueError: odd"
    (tmp_path / "mended").touch()
    jobs.post("runs/repair", run_id=run["run_id"], rerun_all_failed_tasks=True)
    assert results(jobs.finished(run["run_id"])) == {"each": "SUCCESS", "after": "SUCCESS"}


def test_a_run_job_task_hands_down_parameters_and_is_what_its_run_is(jobs, put_notebook):
    put_notebook("/Shared/nested/child", """if dbutils.widgets.get("end") == "bad":
    raise ValueError("told to")
dbutils.notebook.exit(dbutils.widgets.get("end") + dbutils.widgets.get("shared"))
""")
    child = jobs.create(notebook("main", "/Shared/nested/child"), name="child",
                        parameters=[{"name": "end", "default": "-"}, {"name": "shared", "default": "-"}])

    def call(end):
        return jobs.done({"task_key": "call", "run_job_task": {"job_id": child, "job_parameters": {"end": end}}},
                         {"task_key": "good", "depends_on": [{"task_key": "call"}], **ok_kind()},
                         parameters=[{"name": "shared", "default": " from above"}])

    good, bad = call("good"), call("bad")
    assert results(good) == {"call": "SUCCESS", "good": "SUCCESS"}
    assert results(bad) == {"call": "FAILED", "good": "UPSTREAM_FAILED"}
    below_id = by_key(good)["call"]["run_job_task"]["run_id"]
    output = jobs.get("runs/get-output", run_id=by_key(good)["call"]["run_id"])
    assert output["run_job_output"] == {"run_id": below_id}
    inner = jobs.run(below_id)
    assert inner["trigger"] == "RUN_JOB_TASK" and inner["job_id"] == child
    assert jobs.get("runs/get-output", run_id=inner["tasks"][0]["run_id"])["notebook_output"]["result"] == \
        "good from above"


def ok_kind():
    return {"condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}


def test_cancelling_a_run_cancels_the_run_that_it_waits_for_with_its_process(jobs, gate):
    child = jobs.create(gate.task("inner"))
    run_id = jobs.start({"task_key": "call", "run_job_task": {"job_id": child}})
    pid, = gate.began("inner")
    inner = by_key(jobs.run(run_id))["call"]["run_job_task"]["run_id"]
    jobs.post("runs/cancel", run_id=run_id)
    assert jobs.finished(run_id)["state"]["result_state"] == "CANCELED"
    assert jobs.finished(inner)["state"]["result_state"] == "CANCELED"
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


@pytest.mark.parametrize("rows, way", [(3, "many"), (0, "none")])
def test_a_condition_on_a_task_value_takes_one_branch_and_excludes_the_other(jobs, put_notebook, rows, way):
    put_notebook("/Shared/nested/count", f"dbutils.jobs.taskValues.set('rows', {rows})")

    def branch(key, outcome):
        return {**ok(key), "depends_on": [{"task_key": "any", "outcome": outcome}]}

    run = jobs.done(notebook("count", "/Shared/nested/count"),
                    {"task_key": "any", **below("count"), "condition_task": {
                        "op": "GREATER_THAN", "left": "{{tasks.count.values.rows}}", "right": "0"}},
                    branch("many", "true"), branch("none", "false"), ok("under", "many", run_if="NONE_FAILED"))
    assert by_key(run)["any"]["condition_task"]["outcome"] == json.dumps(rows > 0)
    expected = {"many": "SUCCESS" if way == "many" else "EXCLUDED", "none": "SUCCESS" if way == "none" else "EXCLUDED"}
    assert {key: results(run)[key] for key in expected} == expected
    assert results(run)["under"] == expected["many"] and run["state"]["result_state"] == "SUCCESS"
