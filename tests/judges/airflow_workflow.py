"""A DAG of three notebooks in one stock DatabricksWorkflowTaskGroup, run by dag.test()."""

import json
import sys

from airflow.providers.databricks.operators.databricks import DatabricksNotebookOperator
from airflow.providers.databricks.operators.databricks_workflow import DatabricksWorkflowTaskGroup
from airflow.sdk import DAG

CLUSTER = {"job_cluster_key": "main", "new_cluster": {"spark_version": "16.4.x-scala2.12", "node_type_id": "local",
                                                      "num_workers": 0}}

with DAG("three_notebooks") as dag:
    with DatabricksWorkflowTaskGroup(group_id="workflow", databricks_conn_id="databricks_default",
                                     job_clusters=[CLUSTER], notebook_params={"who": "group"}) as group:
        notebooks = [
            DatabricksNotebookOperator(task_id=name, databricks_conn_id="databricks_default", job_cluster_key="main",
                                       notebook_path=sys.argv[1] if len(sys.argv) > 1 else "/", source="WORKSPACE",
                                       polling_period_seconds=1)
            for name in ("first", "second", "third")]
        notebooks[0] >> notebooks[1] >> notebooks[2]

if __name__ == "__main__":
    run = dag.test()
    print(json.dumps({"state": str(run.state), "tasks": {each.task_id: str(each.state)
                                                         for each in run.get_task_instances()}}))
