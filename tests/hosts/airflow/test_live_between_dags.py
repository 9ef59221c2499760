"""A group in a DAG that another DAG starts."""

from live_dags import source

CALLER = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("caller", schedule=None):
    TriggerDagRunOperator(task_id="start", trigger_dag_id="called", trigger_run_id="from_the_caller",
                          wait_for_completion=True, poke_interval=1)
"""


def test_a_dag_starts_a_group_of_another_and_waits_for_it(airflow, view, tmp_path):
    airflow.add_dag("called", source("called", tmp_path, "step('first') >> step('second')"))
    airflow.add_dag("caller", CALLER)
    airflow.trigger("caller", "one")
    assert airflow.finished("caller", "one") == "success"
    assert airflow.finished("called", "from_the_caller") == "success"
    run = view.only_run("called.wf")
    assert [task["state"]["result_state"] for task in run["tasks"]] == ["SUCCESS", "SUCCESS"]
