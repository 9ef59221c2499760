"""Renewable energy in Iowa: five notebooks of Databricks as one job, each of them a task of Airflow.

Only the two imports differ from a DAG of the stock Databricks provider.
"""

from airflow.sdk import DAG, Param, TaskGroup
from brickwork_airflow.operators.databricks import DatabricksNotebookOperator
from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup

CONNECTION = "databricks_default"
CLUSTER = {"job_cluster_key": "main", "new_cluster": {"spark_version": "16.4.x-scala2.12", "num_workers": 1}}


def notebook(name):
    return DatabricksNotebookOperator(
        task_id=name.rpartition("/")[2], databricks_conn_id=CONNECTION, source="WORKSPACE", job_cluster_key="main",
        notebook_path=f"/Shared/renewables/{name}")


with DAG("renewables", schedule=None, params={"state": Param("Iowa", type="string")}) as dag:
    with DatabricksWorkflowTaskGroup(
        group_id="energy",
        databricks_conn_id=CONNECTION,
        job_clusters=[CLUSTER],
        notebook_params={"state": "{{ params.state }}", "year": "2001"},
        notebook_packages=[{"pypi": {"package": "vega_datasets"}}, {"pypi": {"package": "matplotlib"}}],
    ):
        join_data = notebook("join_data")
        with TaskGroup("checks") as checks:
            notebook("checks/years")
            notebook("checks/totals")
        join_data >> checks >> notebook("transform_data") >> notebook("chart")
