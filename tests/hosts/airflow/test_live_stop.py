"""What people do to a task that is under way reaches Databricks, and only that task of it."""

import pytest
from live_dags import source

LONG = """
step("long", seconds=90, {options})
step("beside", seconds=40, {options})
"""


def task_of(view, dag_id, key):
    """The newest attempt of a task."""
    run = view.only_run(f"{dag_id}.wf")
    return max((task for task in run["tasks"] if task["task_key"] == key), key=lambda each: each["attempt_number"])


@pytest.fixture(params=["deferrable", "sync"])
def under_way(airflow, view, tmp_path, request):
    """A DAG run of which `long` is waited for, and `beside` has just begun; its DAG's id."""
    deferrable = request.param == "deferrable"
    dag_id = f"stop_{request.node.originalname.removeprefix('test_')}_{request.param}"
    airflow.add_dag(dag_id, source(dag_id, tmp_path, LONG.format(options=f"deferrable={deferrable}")))
    airflow.trigger(dag_id, "one")

    def is_waited_for():
        task = airflow.tasks(dag_id, "one").get("wf.long", {})
        if task.get("state") != ("deferred" if deferrable else "running") or not view.runs(f"{dag_id}.wf"):
            return False
        return task_of(view, dag_id, "long")["state"]["life_cycle_state"] == "RUNNING" and (
            task["triggerer_job"] is not None or not deferrable)

    airflow.wait(is_waited_for, "the task to run")
    # Airflow tells a trigger of an end by hand only once it runs, a second or two after the task was deferred.
    view.forget()
    airflow.wait(lambda: looks(view) > 2, "somebody to look at the run")
    return dag_id


def looks(view):
    return sum(each["count"] for each in view.requests()["requests"] if each["path"].endswith("/runs/get"))


def test_marked_as_failed_is_canceled(airflow, view, under_way):
    airflow.ask("PATCH", f"/api/v2/dags/{under_way}/dagRuns/one/taskInstances/wf.long", {"new_state": "failed"})
    airflow.wait(lambda: task_of(view, under_way, "long")["state"].get("result_state") == "CANCELED", "the cancel", 60)
    assert airflow.finished(under_way, "one") == "failed"
    assert airflow.states(under_way, "one")["wf.beside"] == "success"
    assert task_of(view, under_way, "beside")["state"]["result_state"] == "SUCCESS"
