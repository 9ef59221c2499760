"""Repair in a running Airflow: whatever clears a failed member makes it run again in the Databricks run that there is."""

import pytest
from live_dags import chain, nested, several


def ended_in_one_repair(airflow, view, dag_id, before):
    """The DAG run succeeded after exactly one repair; (the Databricks run, run ids of tasks that ran again)."""
    assert airflow.finished(dag_id, "one") == "success", airflow.states(dag_id, "one")
    after = view.only_run(f"{dag_id}.wf")
    assert after["run_id"] == before["run_id"]
    assert len(view.repairs(after)) == 1
    old, new = view.attempts(before), view.attempts(after)
    return after, {key for key in new if new[key] != old.get(key)}


@pytest.mark.parametrize("shape", [chain, nested])
def test_clearing_a_failed_member_repairs_it_and_keeps_the_others(airflow, view, failed_run, gate, shape):
    dag_id = failed_run(shape(gate))
    before = view.only_run(f"{dag_id}.wf")
    prefix = "wf.inner." if shape is nested else "wf."
    assert airflow.states(dag_id, "one")[f"{prefix}broken"] == "failed"
    gate.touch()
    airflow.clear(dag_id, "one", [f"{prefix}broken"])
    _, again = ended_in_one_repair(airflow, view, dag_id, before)
    assert {key.split("__")[-1] for key in again} == {"broken", "after"}


def test_a_retry_of_airflow_is_a_repair(airflow, view, gate, tmp_path):
    from live_dags import source

    body = f'''
step("good")
step("broken", {str(gate)!r}, retries=1, retry_delay=timedelta(seconds=3))
'''
    dag_id = "a_retry_of_airflow"
    airflow.add_dag(dag_id, source(dag_id, tmp_path, body))
    airflow.trigger(dag_id, "one")
    airflow.wait(lambda: airflow.states(dag_id, "one").get("wf.broken") == "up_for_retry", "the first try to fail")
    before = view.only_run(f"{dag_id}.wf")
    gate.touch()
    _, again = ended_in_one_repair(airflow, view, dag_id, before)
    assert again == {"broken"}
    assert airflow.tasks(dag_id, "one")["wf.broken"]["try_number"] == 2


def test_four_members_cleared_together_are_one_repair(airflow, view, failed_run, gate):
    dag_id = failed_run(several(gate))
    before = view.only_run(f"{dag_id}.wf")
    gate.touch()
    view.forget()
    airflow.clear(dag_id, "one", [f"wf.broken_{each}" for each in range(4)])
    after, again = ended_in_one_repair(airflow, view, dag_id, before)
    assert again == {f"broken_{each}" for each in range(4)}
    sent = [each for each in view.requests()["requests"] if each["path"].endswith("/jobs/runs/repair")]
    assert [each["count"] for each in sent] == [1]


def test_a_member_that_succeeded_runs_again_when_it_is_cleared(airflow, view, gate, tmp_path):
    """The triggerer told its success, and no worker: the next try has to know it all the same."""
    from live_dags import source

    dag_id = "a_member_that_succeeded"
    airflow.add_dag(dag_id, source(dag_id, tmp_path, nested("")))
    airflow.trigger(dag_id, "one")
    assert airflow.finished(dag_id, "one") == "success"
    before = view.only_run(f"{dag_id}.wf")
    assert [name for name, task in airflow.tasks(dag_id, "one").items() if task["pid"]] == ["wf.launch"]  # no other worker
    assert "ended: TERMINATED" in airflow.log(dag_id, "one", "wf.good")
    airflow.clear(dag_id, "one", ["wf.inner.innermost.after"])
    _, again = ended_in_one_repair(airflow, view, dag_id, before)
    assert {key.split("__")[-1] for key in again} == {"after"}


def test_launch_that_is_cleared_starts_a_new_run(airflow, view, failed_run, gate):
    dag_id = failed_run(chain(gate))
    gate.touch()
    airflow.clear(dag_id, "one", ["wf.launch"])
    assert airflow.finished(dag_id, "one") == "success"
    assert len(view.runs(f"{dag_id}.wf")) == 2
