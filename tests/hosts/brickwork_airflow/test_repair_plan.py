"""What one click on Repair would clear."""

import pytest
from airflow.sdk import DAG, TaskGroup
from airflow.sdk.bases.operator import BaseOperator

from brickwork_airflow.operators.databricks import DatabricksTaskOperator
from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup
from brickwork_airflow.pages.plan import Instance, NotRepairableError, plan_repair


def serialized(dag):
    from airflow.serialization.serialized_objects import DagSerialization

    return DagSerialization.from_dict(DagSerialization.to_dict(dag))


@pytest.fixture(scope="module")
def dag():
    """wf: a → inner.b → inner.c, and m beside them; report waits for wf; a second group stands beside it."""
    def task(name):
        return DatabricksTaskOperator(task_id=name, task_config={"spark_python_task": {"python_file": "dbfs:/x.py"}})

    with DAG("d", schedule=None) as made:
        with DatabricksWorkflowTaskGroup("wf") as group:
            a = task("a")
            with TaskGroup("inner"):
                a >> task("b") >> task("c")
            task("m")
        group >> BaseOperator(task_id="report")
        with DatabricksWorkflowTaskGroup("other"):
            task("x")
    return serialized(made)


STATES = {"wf.launch": "success", "wf.a": "success", "wf.inner.b": "failed", "wf.inner.c": "upstream_failed", "wf.m": "failed",
          "report": "upstream_failed", "other.launch": "success", "other.x": "failed"}


def plan(dag, task_id, map_index=None, **changed):
    states = {**STATES, **{name.replace("__", "."): state for name, state in changed.items()}}
    instances = [Instance(name, -1, state, 1) for name, state in states.items()]
    return plan_repair(dag, instances, "r", task_id, map_index)


def cleared(found):
    return [each.label for each in found.cleared]


@pytest.mark.parametrize("task_id", ["wf.launch", "wf.m", "wf.inner.c"])
def test_all_of_a_group_and_what_waits_for_it(dag, task_id):
    found = plan(dag, task_id)
    assert (found.group_id, found.launch_task_id) == ("wf", "wf.launch")
    assert set(cleared(found)) == {"wf.inner.b", "wf.inner.c", "wf.m", "report"}
    assert cleared(found)[-1] == "report"
    assert [each.label for each in found.kept] == ["wf.a"]


def test_one_task_takes_what_waits_for_it_and_what_it_waits_for(dag):
    assert set(cleared(plan(dag, "wf.inner.b", -1))) == {"wf.inner.b", "wf.inner.c", "report"}
    assert set(cleared(plan(dag, "wf.inner.c", -1))) == {"wf.inner.b", "wf.inner.c", "report"}
    assert set(cleared(plan(dag, "wf.m", -1))) == {"wf.m", "report"}


@pytest.mark.parametrize(("task_id", "map_index", "changed", "status", "text"), [
    ("wf.launch", -1, {}, 404, "runs no task"),
    ("report", None, {}, 404, "does not belong"),
    ("nothing", None, {}, 404, "no task nothing"),
    ("wf.a", -1, {}, 409, "has not failed"),
    ("wf.m", 3, {}, 409, "has not failed"),
    ("wf.m", None, {"wf__a": "deferred"}, 409, "wf.a is not finished"),
    ("wf.m", None, {"wf__launch": "failed"}, 409, "nothing to repair. Clear wf.launch"),
    ("other.x", None, {"other__x": "success"}, 409, "No member of other has failed"),
])
def test_why_not(dag, task_id, map_index, changed, status, text):
    with pytest.raises(NotRepairableError, match=text) as refused:
        plan(dag, task_id, map_index, **changed)
    assert refused.value.status == status


def test_another_group_that_is_active_is_in_nobodys_way(dag):
    assert cleared(plan(dag, "wf.m", -1, other__x="running"))


def test_mapped_members_are_told_apart(dag):
    instances = [Instance(name, -1, state, 1) for name, state in STATES.items() if name != "wf.m"]
    instances += [Instance("wf.m", 0, "success", 1), Instance("wf.m", 1, "failed", 2)]
    found = plan_repair(dag, instances, "r", "wf.m", 1)
    assert [each.marker for each in found.cleared] == [["wf.m", 1], "report"]


def test_the_plan_is_another_one_after_a_clear(dag):
    again = plan(dag, "wf.m", -1)
    assert again.fingerprint() == plan(dag, "wf.m", -1).fingerprint()
    instances = [Instance(name, -1, state, 2 if name == "wf.m" else 1) for name, state in STATES.items()]
    assert plan_repair(dag, instances, "r", "wf.m", -1).fingerprint() != again.fingerprint()


def test_a_seal_is_of_here_and_lasts_a_while(monkeypatch):
    from brickwork_airflow.pages import seal

    sealed = seal.seal(["user", "d", None])
    assert seal.opened(sealed) == ["user", "d", None]
    assert seal.opened(sealed[:-1] + ("A" if sealed[-1] != "A" else "B")) is None
    assert seal.opened("") is None
    monkeypatch.setattr(seal, "MAX_AGE_S", -1)
    assert seal.opened(sealed) is None


def test_what_anybody_wrote_is_escaped_on_the_page():
    from brickwork_airflow.pages.document import plan_page, problem_page
    from brickwork_airflow.pages.plan import Plan

    hostile = "</code><script>\"'"
    shown = plan_page(Plan(hostile, hostile, hostile, "x", (Instance(hostile, -1, hostile, 1),), ()), hostile, hostile, hostile)
    for text in (shown, problem_page(hostile, hostile)):
        assert "<script" not in text and "\"'" not in text
