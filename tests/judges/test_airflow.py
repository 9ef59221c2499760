"""The stock Airflow provider: its hook call by call, and a workflow group of three notebooks by dag.test()."""

import base64
import json
import subprocess
from pathlib import Path
from urllib.parse import urlparse

import pytest
from environments import BUILD, call, clean_environment
from http_client import Plain

HERE = Path(__file__).parent
NOTEBOOK = """# Databricks notebook source
import time
dbutils.widgets.text("who", "nobody")
dbutils.widgets.text("seconds", "0")
time.sleep(float(dbutils.widgets.get("seconds")))
dbutils.notebook.exit("hello " + dbutils.widgets.get("who"))
"""


@pytest.fixture(scope="module")
def airflow(workspace, tmp_path_factory):
    """Runs a script in Airflow's environment; its last line is JSON."""
    call([HERE.parent / "hosts/airflow/setup"])
    python = BUILD / "venv-airflow/bin/python"
    address = urlparse(workspace.url)
    connection = {"conn_type": "databricks", "host": address.hostname, "port": address.port, "schema": "http",
                  "password": workspace.token}
    home = tmp_path_factory.mktemp("airflow")
    environment = clean_environment(
        AIRFLOW_HOME=home, AIRFLOW__CORE__LOAD_EXAMPLES="False", AIRFLOW__CORE__UNIT_TEST_MODE="False",
        AIRFLOW__CORE__DAGS_FOLDER=home / "dags", AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
        AIRFLOW_CONN_DATABRICKS_DEFAULT=json.dumps(connection), no_proxy="*")
    plain = Plain(workspace)
    plain.ask("POST", "/api/2.0/workspace/mkdirs", {"path": "/Shared/airflow"})
    status, _, answer = plain.ask("POST", "/api/2.0/workspace/import", {
        "path": "/Shared/airflow/hello", "format": "SOURCE", "language": "PYTHON", "overwrite": True,
        "content": base64.b64encode(NOTEBOOK.encode()).decode()})
    assert status == 200, answer

    def run(*arguments, module=None):
        command = [python, "-m", module] if module else [python]
        ended = subprocess.run([*map(str, command), *map(str, arguments)], capture_output=True, text=True, timeout=900,
                               env=environment, cwd=home)
        assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
        return ended.stdout

    run.home = home
    return run


def test_the_stock_hook_calls_what_it_can_call(airflow, workspace):
    saw = json.loads(airflow(HERE / "airflow_hook.py", "/Shared/airflow/hello").splitlines()[-1])
    assert saw.pop("page").startswith(workspace.url)
    assert "Task b failed with message" in saw.pop("message")
    assert saw == {"connection": True, "found": True, "listed": True, "failed": ["INTERNAL_ERROR", "FAILED", False],
                   "life_cycle_known": True, "job_of_run": True, "task_output": ["error", "metadata"],
                   "latest_repair": None, "repaired": ["SUCCESS", True], "second_repair": True, "again": "SUCCESS",
                   "submitted": "SUCCESS", "result": "hello hook", "canceled": "CANCELED", "deleted": True,
                   "spark_versions": True}


def test_a_workflow_group_of_three_notebooks_runs_by_dag_test(airflow, workspace):
    (airflow.home / "dags").mkdir(exist_ok=True)
    dag = airflow.home / "dags" / "three_notebooks.py"
    dag.write_text((HERE / "airflow_workflow.py").read_text())
    airflow("db", "migrate", module="airflow")
    saw = json.loads(airflow(dag, "/Shared/airflow/hello").splitlines()[-1])
    assert saw == {"state": "success", "tasks": {"workflow.launch": "success", "workflow.first": "success",
                                                 "workflow.second": "success", "workflow.third": "success"}}
    plain = Plain(workspace)
    listed = plain.ask("GET", "/api/2.2/jobs/runs/list?expand_tasks=true&completed_only=true")[2]["runs"]
    run = next(each for each in listed if "three_notebooks" in each["run_name"])
    assert run["state"]["result_state"] == "SUCCESS" and len(run["tasks"]) == 3
    assert len({task["cluster_instance"]["cluster_id"] for task in run["tasks"]}) == 1
