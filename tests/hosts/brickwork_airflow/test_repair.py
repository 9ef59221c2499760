"""Clearing is the repair: what members do that start again, against a workspace."""

import threading
import time

import pytest
from standin import DagRun

from brickwork_airflow.launching import DatabricksLaunchOperator
from brickwork_airflow.outcome import DatabricksTaskFailed

GROUP = """
    with DatabricksWorkflowTaskGroup("wf", default_args={"deferrable": False}):
        a, b, c, d = (notebook(name, "/repair/%s/" + name) for name in "abcd")
        a >> b
"""


@pytest.fixture
def broken(workspace, tmp_path, request):
    """broken(name): its notebook fails as long as the file that is returned is missing."""

    def make(name, seconds=0):
        gate = tmp_path / name
        workspace.notebook(f"/repair/{request.node.name}/{name}", f"""
            import os, time
            time.sleep({seconds})
            assert os.path.exists({str(gate)!r}), "not yet"
            dbutils.notebook.exit("{name}")
        """)
        return gate

    return make


@pytest.fixture
def whole(workspace, parse, broken, request):
    """A DAG run of GROUP whose launch has run, and the gates of its notebooks."""
    gates = {name: broken(name) for name in "abcd"}
    gates["d"].touch()
    run = DagRun(parse(GROUP % request.node.name))
    run.run("wf.launch")
    return run, gates


def fails(run, *task_ids):
    for task_id in task_ids:
        with pytest.raises(DatabricksTaskFailed, match="not yet|was not run"):
            run.run(task_id)


def only(workspace, run):
    once, = workspace.runs(f"{run.dag.dag_id}.wf")
    return once


def repairs(workspace, run):
    """Of each repair of the run: the keys that ran again."""
    once = only(workspace, run)
    keys = {each["run_id"]: each["task_key"] for each in once["tasks"]}
    return [sorted(keys[each] for each in repair["task_run_ids"]) for repair in once["repair_history"] if repair["type"] == "REPAIR"]


def test_members_cleared_together_are_one_repair(workspace, whole):
    run, gates = whole
    fails(run, "wf.a", "wf.c")
    run.states["wf.b"] = "upstream_failed"
    run.run("wf.d")
    for gate in gates.values():
        gate.touch()
    run.clear("wf.a", "wf.b", "wf.c")
    for task_id in ("wf.c", "wf.a", "wf.b"):
        run.run(task_id)
    assert repairs(workspace, run) == [["a", "b", "c"]]


def test_what_is_cleared_later_is_a_repair_of_its_own(workspace, whole):
    run, gates = whole
    fails(run, "wf.a", "wf.c")
    run.states["wf.b"] = "upstream_failed"
    gates["a"].touch()
    gates["b"].touch()
    run.clear("wf.a")
    run.run("wf.a")
    run.clear("wf.b")
    run.run("wf.b")
    gates["c"].touch()
    run.clear("wf.c")
    run.run("wf.c")
    assert repairs(workspace, run) == [["a"], ["b"], ["c"]]


def test_a_member_that_had_succeeded_runs_again_with_what_comes_after_it(workspace, parse, broken, request):
    for name in "abcd":
        broken(name).touch()
    run = DagRun(parse(GROUP % request.node.name))
    for task_id in ("wf.launch", "wf.a", "wf.b", "wf.c", "wf.d"):
        run.run(task_id)
    run.clear("wf.a", "wf.b")
    run.run("wf.a")
    run.run("wf.b")
    assert repairs(workspace, run) == [["a", "b"]]


def test_a_retry_waits_for_the_end_of_the_run(workspace, parse, broken, request):
    gates = {name: broken(name, seconds=6 if name == "d" else 0) for name in "abcd"}
    for name in "bcd":
        gates[name].touch()
    run = DagRun(parse(GROUP % request.node.name))
    run.run("wf.launch")
    fails(run, "wf.a")
    assert "result_state" not in only(workspace, run)["state"]
    gates["a"].touch()
    run.states |= {"wf.b": None, "wf.d": "deferred"}
    run.run("wf.a")
    run.run("wf.b")
    run.run("wf.d")
    assert repairs(workspace, run) == [["a", "b"]]


def test_two_that_ask_at_once_are_one_repair(workspace, whole):
    run, gates = whole
    fails(run, "wf.a", "wf.c")
    run.clear("wf.a", "wf.b", "wf.c")
    for gate in gates.values():
        gate.touch()
    both = [threading.Thread(target=run.run, args=(each,)) for each in ("wf.a", "wf.c")]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    run.run("wf.b")
    assert [run.states[each] for each in ("wf.a", "wf.b", "wf.c")] == ["success"] * 3
    assert repairs(workspace, run) == [["a", "b", "c"]]


def test_without_a_state_store_it_is_the_same(workspace, whole):
    run, gates = whole
    run.stores = None
    fails(run, "wf.a", "wf.c")
    run.clear("wf.a", "wf.b", "wf.c")
    for gate in gates.values():
        gate.touch()
    for task_id in ("wf.a", "wf.b", "wf.c"):
        run.run(task_id)
    assert repairs(workspace, run) == [["a", "b", "c"]]


def test_a_worker_that_dies_after_the_launch_starts_nothing_twice(workspace, parse, broken, monkeypatch, request):
    for name in "abcd":
        broken(name)
    run = DagRun(parse(GROUP % request.node.name))
    really = DatabricksLaunchOperator._launch

    def dies(*arguments):
        really(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DatabricksLaunchOperator, "_launch", dies)
        with pytest.raises(KeyboardInterrupt):
            run.run("wf.launch")
    run.run("wf.launch")
    run.run("wf.launch")  # it died once more, after it was told
    assert only(workspace, run)["run_id"] == run.xcoms["wf.launch", "return_value"]["run_id"]


def test_a_launch_that_is_cleared_starts_a_new_run(workspace, whole):
    run, gates = whole
    fails(run, "wf.a")
    for gate in gates.values():
        gate.touch()
    run.clear("wf.launch", "wf.a", "wf.b")
    run.run("wf.launch")
    run.run("wf.a")
    run.run("wf.b")
    assert len(workspace.runs(f"{run.dag.dag_id}.wf")) == 2


def test_a_launch_whose_run_was_stopped_starts_another(workspace, whole):
    run, _ = whole
    fails(run, "wf.a")
    workspace.ask("POST", "/api/2.2/jobs/runs/cancel", {"run_id": only(workspace, run)["run_id"]})
    first = only(workspace, run)
    if first["state"].get("result_state") == "CANCELED":
        run.run("wf.launch")
        assert len(workspace.runs(f"{run.dag.dag_id}.wf")) == 2


def test_a_repair_runs_what_was_launched_although_the_job_has_changed(workspace, parse, broken, request):
    gates = {name: broken(name) for name in "abcd"}
    name = request.node.name
    old = DagRun(parse(GROUP % name))
    old.run("wf.launch")
    fails(old, "wf.a")
    new = DagRun(parse(GROUP.replace("a >> b", "a >> b >> c") % name), run_id="two")
    new.run("wf.launch")
    changed = workspace.job(f"{old.dag.dag_id}.wf")
    for gate in gates.values():
        gate.touch()
    old.clear("wf.a")
    old.run("wf.a")
    first, _ = workspace.runs(f"{old.dag.dag_id}.wf")
    assert [each["type"] for each in first["repair_history"]] == ["ORIGINAL", "REPAIR"]
    assert workspace.job(f"{old.dag.dag_id}.wf")["tasks"] == changed["tasks"]


def test_a_task_that_the_run_lacks(workspace, parse, broken, request):
    for name in "abcde":
        broken(name)
    name = request.node.name
    run = DagRun(parse(GROUP % name))
    run.run("wf.launch")
    run.dag = parse(GROUP.replace('"abcd"', '"abcd"').replace("a >> b", 'notebook("e", "/repair/e")') % name)
    with pytest.raises(LookupError, match="the group changed after it was launched"):
        run.run("wf.e")


def test_a_member_without_a_launch(parse, request):
    run = DagRun(parse(GROUP % request.node.name))
    with pytest.raises(DatabricksTaskFailed, match=r"wf\.launch left no run behind"):
        run.run("wf.a")


def test_a_job_that_was_deleted(workspace, whole):
    run, gates = whole
    fails(run, "wf.a", "wf.c")
    run.states["wf.b"] = "upstream_failed"
    job_id = run.xcoms["wf.launch", "return_value"]["job_id"]
    workspace.ask("POST", "/api/2.2/jobs/delete", {"job_id": job_id})
    gates["a"].touch()
    run.clear("wf.a")
    run.run("wf.a")
    assert repairs(workspace, run) == [["a"]]


def test_a_repair_that_databricks_refuses(workspace, whole):
    run, _ = whole
    fails(run, "wf.a", "wf.c")
    refusal = {"kind": "status", "status": 403, "error_code": "PERMISSION_DENIED", "message": "not yours"}
    run.clear("wf.a")
    with (workspace.fault("/api/2.2/jobs/runs/repair", count=-1, fault=refusal),
          pytest.raises(DatabricksTaskFailed, match="(?s)not yours.*Clear the launch task")):
        run.run("wf.a")


def test_an_answer_that_is_lost_repairs_once(workspace, whole):
    run, gates = whole
    fails(run, "wf.a", "wf.c")
    for gate in gates.values():
        gate.touch()
    run.clear("wf.a", "wf.b", "wf.c")
    with workspace.fault("/api/2.2/jobs/runs/repair", count=1, fault={"kind": "reset_after"}):
        run.run("wf.a")
    run.run("wf.c")
    assert repairs(workspace, run) == [["a", "b", "c"]]


def test_a_launch_whose_answer_is_lost_is_one_run(workspace, parse, broken, request):
    for name in "abcd":
        broken(name)
    run = DagRun(parse(GROUP % request.node.name))
    with workspace.fault("/api/2.2/jobs/run-now", count=2, fault={"kind": "reset_after"}):
        run.run("wf.launch")
    assert only(workspace, run)["run_id"] == run.xcoms["wf.launch", "return_value"]["run_id"]


def test_a_look_that_fails_is_no_failed_task(workspace, whole):
    run, gates = whole
    with workspace.fault("/api/2.2/jobs/runs/get", skip=1, count=30, fault={"kind": "status", "status": 503}):
        run.run("wf.d")
    assert run.states["wf.d"] == "success"


def test_a_run_that_is_gone(workspace, whole):
    run, gates = whole
    fails(run, "wf.a", "wf.c")
    run.run("wf.d")
    workspace.ask("POST", "/api/2.2/jobs/runs/delete", {"run_id": only(workspace, run)["run_id"]})
    run.clear("wf.a")
    with pytest.raises(DatabricksTaskFailed, match=r"(?s)is gone.*Clear the launch task"):
        run.run("wf.a")


def test_a_deferred_member_that_runs_out_of_time_stops_its_own_attempt(workspace, parse, broken, request):
    from brickwork_airflow.airflow_versions import TaskDeferralTimeout

    for name in "abcd":
        broken(name, seconds=600)
    run = DagRun(parse(GROUP % request.node.name))
    run.run("wf.launch")
    with pytest.raises(TaskDeferralTimeout):
        run.run("wf.a", out_of_time=True)

    def states():
        return {each["task_key"]: each["state"] for each in only(workspace, run)["tasks"]}

    deadline = time.monotonic() + 30
    while states()["a"].get("result_state") != "CANCELED":
        assert time.monotonic() < deadline, states()
        time.sleep(0.1)
    assert states()["c"]["life_cycle_state"] in {"PENDING", "RUNNING"}
    workspace.ask("POST", "/api/2.2/jobs/runs/cancel", {"run_id": only(workspace, run)["run_id"]})


def attempt_in(workspace, run, key, state):
    """The attempt of a task, once it is in that state."""
    deadline = time.monotonic() + 60
    while (found := next(each for each in only(workspace, run)["tasks"] if each["task_key"] == key))["state"]["life_cycle_state"] != state:
        assert time.monotonic() < deadline, found["state"]
        time.sleep(0.1)
    return found


def test_a_member_cleared_while_it_ran_runs_again(workspace, parse, broken, request):
    """Airflow's clear of a deferred task has its trigger cancel the attempt; nobody tells that end."""
    gates = {name: broken(name, seconds=600 if name == "a" else 0) for name in "abcd"}
    for gate in gates.values():
        gate.touch()
    run = DagRun(parse(GROUP % request.node.name))
    run.run("wf.launch")
    run.tries["wf.a"] = 1
    first = attempt_in(workspace, run, "a", "RUNNING")
    workspace.ask("POST", "/api/2.2/jobs/runs/cancel", {"run_id": first["run_id"]})
    attempt_in(workspace, run, "a", "TERMINATED")  # before the notebook changes, which it may not have read yet
    broken("a").touch()  # now it takes no time
    run.clear("wf.a", "wf.b")
    run.run("wf.a")
    run.run("wf.b")
    assert repairs(workspace, run) == [["a", "b"]]


def test_mapped_members_are_repaired_one_by_one(workspace, parse, request):
    gate = f"/repair/{request.node.name}"
    workspace.notebook(gate, "assert dbutils.widgets.get('good') == '1', 'not yet'")
    run = DagRun(parse(f"""
        with DatabricksWorkflowTaskGroup("wf", default_args={{"deferrable": False}}):
            DatabricksNotebookOperator.partial(task_id="each", notebook_path={gate!r}).expand(
                notebook_params=[{{"good": "1"}}, {{"good": "0"}}, {{"good": "0"}}])
    """))
    run.run("wf.launch")
    run.run("wf.each", map_index=0)
    for index in (1, 2):
        with pytest.raises(DatabricksTaskFailed, match="not yet"):
            run.run("wf.each", map_index=index)
    workspace.notebook(gate, "pass")
    run.clear("wf.each_1", "wf.each_2")
    for index in (2, 1):
        run.run("wf.each", map_index=index)
    assert repairs(workspace, run) == [["each__1", "each__2"]]
