"""Members whose first try starts in the triggerer: which ones, and what is left for a worker."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from airflow.sdk import Param
from standin import DagRun

from brickwork_airflow import airflow_versions, keys
from brickwork_airflow.outcome import DatabricksTaskFailed
from brickwork_airflow.starting import BEGIN, MOST_TASKS
from brickwork_airflow.triggers import members
from brickwork_airflow.triggers.members import DatabricksMemberTrigger

ALONE = """
    with DatabricksWorkflowTaskGroup("wf"):
        a = notebook("a", {options})
"""
pytestmark = pytest.mark.skipif(not airflow_versions.starts_in_triggerer, reason="this Airflow starts no task in the triggerer")


def starts(task):
    return task.start_from_trigger, task.start_trigger_args is not None


def test_a_member_reaches_the_triggerer_by_the_serialized_dag(parse):
    from airflow.models.trigger import Trigger
    from airflow.serialization.serialized_objects import DagSerialization

    dag = parse("""
        with TaskGroup("around"), DatabricksWorkflowTaskGroup("wf"), TaskGroup("inner"):
            notebook("a", polling_period_seconds=7, execution_timeout=timedelta(minutes=3))
    """)
    text = json.dumps(DagSerialization.to_dict(dag))
    task = DagSerialization.from_dict(json.loads(text)).get_task("around.wf.inner.a")
    assert task.start_from_trigger
    given = task.start_trigger_args
    assert given.timeout.total_seconds() == 180
    kwargs = Trigger._decrypt_kwargs(Trigger(classpath=given.trigger_cls, kwargs=given.trigger_kwargs).encrypted_kwargs)
    assert kwargs == {"launch": "around.wf.launch", "path": "inner/a", "poll_ms": 7000, "ends": True, "link": False}
    path, again = DatabricksMemberTrigger(**kwargs).serialize()
    assert (path, again) == (given.trigger_cls, kwargs)


@pytest.mark.parametrize("options", ["deferrable=False", "start_in_triggerer=False", "xcom_output=True",
                                     "params={'a': __import__('airflow').sdk.Param(1, type='integer')}", "wait_for_termination=False", "on_execute_callback=print", "pre_execute=print"])
def test_what_needs_a_worker_starts_in_one(parse, options):
    assert starts(parse(ALONE.format(options=options)).task_dict["wf.a"]) == (False, False)


def test_what_only_ends_in_a_worker_starts_in_the_triggerer(parse):
    task = parse(ALONE.format(options="on_success_callback=print")).task_dict["wf.a"]
    assert starts(task) == (True, True)
    assert task.start_trigger_args.trigger_kwargs["ends"] is False


@pytest.mark.parametrize(("param", "free"), [
    ("Iceland", True), (Param("Iceland", title="Where"), True), (Param("Iceland", type="string"), False),
    (Param(None, type=["null", "string"]), False), (Param(), False)])
def test_parameters_that_a_run_may_lack_are_for_workers(parse, param, free):
    """Airflow checks them before the trigger runs, and one that a run does not satisfy would end the triggerer."""
    dag = parse(ALONE.format(options=""))
    dag.params["country"] = param
    assert starts(dag.task_dict["wf.a"]) == (free, free)


def test_a_large_dag_is_not_sent_with_each_of_its_tasks(parse):
    dag = parse(f"""
        with DatabricksWorkflowTaskGroup("wf"):
            a = notebook("a")
        for n in range({MOST_TASKS - 2}):
            EmptyOperator(task_id=f"t{{n}}")
    """)
    task = dag.task_dict["wf.a"]
    assert (len(dag.task_dict), *starts(task)) == (MOST_TASKS, True, True)
    from airflow.providers.standard.operators.empty import EmptyOperator

    EmptyOperator(task_id="one_more", dag=dag)
    assert starts(task) == (False, False)


def test_what_is_no_plain_member_starts_in_a_worker(parse):
    from airflow.serialization.serialized_objects import DagSerialization

    dag = parse("""
        class Own(DatabricksNotebookOperator):
            def execute(self, context):
                return super().execute(context)

        with DatabricksWorkflowTaskGroup("wf"):
            Own(task_id="own", notebook_path="/t/own")
            DatabricksNotebookOperator.partial(task_id="mapped", notebook_path="/t/m").expand(notebook_params=[{"a": "1"}])
        notebook("alone")
    """)
    read = DagSerialization.from_dict(DagSerialization.to_dict(dag))
    assert [each for each in read.task_dict.values() if each.start_from_trigger] == []


LEFT = {keys.HANDLE: {"host": "http://h", "run_id": 7, "run_page_url": "http://h/7",
                      "tasks": [{"path": f"t{i}", "task_key": f"t{i}"} for i in range(3)]},
        keys.RETURN_VALUE: {"conn_id": "c", "job_id": 1, "run_id": 7}}


@pytest.fixture
def launched(monkeypatch):
    """What launch left, which a test may change, and what was asked; the wait itself is over at once."""
    found = SimpleNamespace(left=dict(LEFT), asked=[], waiting=[])

    async def pull(dag_id, run_id, task_id, key):
        found.asked.append((dag_id, run_id, task_id, key))
        await asyncio.sleep(0)
        return found.left[key]

    async def run(self):
        found.waiting.append(self)
        yield "the end"

    monkeypatch.setattr(members, "_pull", pull)
    monkeypatch.setattr(members.DatabricksRunTrigger, "run", run)
    return found


async def events(*paths, try_number=1, **more):
    async def of_one(path):
        trigger = DatabricksMemberTrigger("wf.launch", path, **more)
        trigger.trigger_id = 1
        trigger.task_instance = SimpleNamespace(dag_id="d", run_id="r", task_id=f"wf.{path}", try_number=try_number)
        return [event async for event in trigger.run()]

    return await asyncio.gather(*map(of_one, paths))


@pytest.mark.parametrize("ends", [True, False])
def test_siblings_ask_once_what_launch_left(launched, ends):
    assert asyncio.run(events("t0", "t1", "t2", ends=ends)) == [["the end"]] * 3
    assert launched.asked == [("d", "r", "wf.launch", keys.HANDLE), ("d", "r", "wf.launch", keys.RETURN_VALUE)]
    for i, one in enumerate(launched.waiting):
        assert (one._run.conn_id, one._run.run_id, one._run.task_key) == ("c", 7, f"t{i}")
        assert (one.hold_s, one.trigger_id, one.task_instance.task_id) == (0, 1, f"wf.t{i}")
        assert one.kept["run_id"] == 7
        assert one.kept.get("launch") == ("wf.launch" if ends else None)


def test_a_class_of_ones_own_gets_its_link_from_the_trigger(launched, monkeypatch, parse):
    pushed = []

    async def push(ti, key, value):
        pushed.append((ti.task_id, key, value))

    monkeypatch.setattr(members, "_push", push)
    asyncio.run(events("t0", link=False))
    assert pushed == []
    asyncio.run(events("t1", link=True))
    assert pushed == [("wf.t1", keys.RUN_LINK, "http://h/7")]
    dag = parse("""
        class Own(DatabricksNotebookOperator):
            pass

        with DatabricksWorkflowTaskGroup("wf"):
            Own(task_id="own", notebook_path="/t/own"), notebook("a")
    """)
    assert {name: dag.task_dict[f"wf.{name}"].start_trigger_args.trigger_kwargs["link"] for name in ("own", "a")} == {
        "own": True, "a": False}


def handed_over(found):
    return [[event.payload for event in one] for one in found] == [[{BEGIN: True}]]


def test_a_later_try_is_for_a_worker(launched):
    assert handed_over(asyncio.run(events("t0", try_number=2)))
    assert launched.asked == []


def test_listeners_are_for_a_worker(launched, monkeypatch):
    monkeypatch.setattr(members, "has_listeners", lambda: True)
    assert handed_over(asyncio.run(events("t0")))


@pytest.mark.parametrize("left", [{keys.HANDLE: None}, {keys.RETURN_VALUE: None}, {keys.HANDLE: {**LEFT[keys.HANDLE], "tasks": []}}])
def test_whatever_is_wrong_a_worker_says(launched, left):
    launched.left |= left
    assert handed_over(asyncio.run(events("t0")))


def test_a_worker_begins_what_is_handed_over(parse):
    run = DagRun(parse(ALONE.format(options="")))
    task = run.dag.task_dict["wf.a"]
    task.execute = lambda context: task.execute_complete(context, {BEGIN: True})
    with pytest.raises(DatabricksTaskFailed, match=r"wf\.launch left no run behind"):
        run.run("wf.a")
