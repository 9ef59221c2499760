"""dbt as published, with its adapter for a Spark session, as the code of a dbt_task."""

import io
import subprocess

import pytest
from databricks.sdk.errors import OperationFailed
from databricks.sdk.service import jobs
from databricks.sdk.service.workspace import ImportFormat
from environments import BUILD, python_environment
from local_workspace import LocalWorkspace

PINS = ["dbt-core==1.10.23", "dbt-adapters==1.24.5", "dbt-common==1.39.0", "dbt-spark==1.11.0"]
PROJECT = {
    "dbt_project.yml": "name: shop\nversion: '1.0'\nprofile: shop\nmodels:\n  shop:\n    +materialized: table\n    +file_format: parquet\n",
    "seeds/orders.csv": "id,amount\n1,10\n2,32\n",
    "models/total.sql": "select sum(amount) as amount from {{ ref('orders') }}\n",
    "models/schema.yml": "models:\n  - name: total\n    columns:\n      - name: amount\n        data_tests: [not_null]\n",
}


@pytest.fixture(scope="module")
def interpreter():
    """An interpreter with dbt that finds Spark where the tests have it."""
    python = python_environment("dbt", *PINS)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    theirs, ours = (subprocess.run([each, "-c", where], check=True, capture_output=True, text=True).stdout.strip()
                    for each in (python, BUILD / "venv/bin/python"))
    with open(f"{theirs}/spark.pth", "w") as link:
        link.write(ours + "\n")
    return python


@pytest.fixture(scope="module")
def client(interpreter):
    local = LocalWorkspace("--ephemeral", "--python", interpreter)
    client = local.client()
    for name, text in PROJECT.items():
        client.workspace.mkdirs(f"/Shared/shop/{name}".rpartition("/")[0])
        client.workspace.upload(f"/Shared/shop/{name}", io.BytesIO(text.encode()), format=ImportFormat.RAW)
    yield client
    local.stop()


def dbt(*commands, **more):
    return jobs.DbtTask(list(commands), **{"project_directory": "/Workspace/Shared/shop", "schema": "shop", **more})


def run(client, *tasks):
    waiter = client.jobs.submit(run_name="dbt", tasks=list(tasks))
    try:
        return waiter.result()
    except OperationFailed:
        return client.jobs.get_run(waiter.run_id)


def test_dbt_seeds_runs_and_tests_models_in_the_clusters_spark(client):
    client.workspace.upload("/Shared/read.py", io.BytesIO(
        b"from pyspark.sql import SparkSession\nspark = SparkSession.builder.getOrCreate()\n"
        b"print('amount', spark.table('shop.total').first().amount)\n"), format=ImportFormat.RAW, overwrite=True)
    read = jobs.SubmitTask("read", depends_on=[jobs.TaskDependency("dbt")],
                           spark_python_task=jobs.SparkPythonTask("/Workspace/Shared/read.py"))
    ended = run(client, jobs.SubmitTask("dbt", dbt_task=dbt("dbt deps", "dbt seed", "dbt run", "dbt test --select total")), read)
    tasks = {task.task_key: client.jobs.get_run_output(task.run_id) for task in ended.tasks}
    assert tasks["dbt"].error is None, (tasks["dbt"].error, tasks["dbt"].logs)
    assert "+ dbt seed" in tasks["dbt"].logs and "Completed successfully" in tasks["dbt"].logs
    assert tasks["read"].logs == "amount 42\n"
    # What dbt wrote is not in the workspace.
    assert {entry.path.rpartition("/")[2] for entry in client.workspace.list("/Shared/shop")} == {"dbt_project.yml", "seeds", "models"}


def test_a_model_that_fails_fails_the_task_with_its_name(client):
    client.workspace.upload("/Shared/shop/models/broken.sql", io.BytesIO(b"select no_such_column from {{ ref('orders') }}\n"),
                            format=ImportFormat.RAW)
    ended = run(client, jobs.SubmitTask("dbt", dbt_task=dbt("dbt seed", "dbt run --select broken")))
    error = client.jobs.get_run_output(ended.tasks[0].run_id).error
    assert error.startswith("dbt run --select broken failed: broken: ") and "no_such_column" in error
    client.workspace.delete("/Shared/shop/models/broken.sql")


@pytest.mark.parametrize("more, code", [
    ({"catalog": "elsewhere"}, "FEATURE_DISABLED"), ({"project_directory": "/Shared/none"}, "RESOURCE_NOT_FOUND"),
    ({"project_directory": "relative"}, "INVALID_RUN_CONFIGURATION")])
def test_what_cannot_run_says_why(client, more, code):
    ended = run(client, jobs.SubmitTask("dbt", dbt_task=dbt("dbt run", **more)))
    assert ended.tasks[0].status.termination_details.code.value == code


def test_without_dbt_the_way_out_is_named(client):
    local = LocalWorkspace("--ephemeral")
    plain = local.client()
    plain.workspace.mkdirs("/Shared/shop")
    plain.workspace.upload("/Shared/shop/dbt_project.yml", io.BytesIO(b"name: shop\n"), format=ImportFormat.RAW)
    ended = run(plain, jobs.SubmitTask("dbt", dbt_task=dbt("dbt run")))
    assert ended.tasks[0].status.termination_details.code.value == "FEATURE_DISABLED"
    assert "dbt-spark" in plain.jobs.get_run_output(ended.tasks[0].run_id).error
    local.stop()
