"""A workspace that ends while tasks are on their way lets go of all of them. Built with the address sanitizer it says what
it forgot; without, these are tests that it ends at all, and with 0."""

import time

import pytest
from http_client import Plain

CLUSTER = {"spark_version": "16.4.x-scala2.12", "num_workers": 1}


@pytest.fixture
def scripts(tmp_path):
    (tmp_path / "sleep.py").write_text("import time\ntime.sleep(600)\n")
    (tmp_path / "stubborn.py").write_text("import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)\n")
    (tmp_path / "spark.py").write_text("from pyspark.sql import SparkSession\nSparkSession.builder.getOrCreate().range(3).count()\n")
    (tmp_path / "init.sh").write_text("sleep 600\n")
    return tmp_path


def python(scripts, name, **members):
    return {"task_key": name, "spark_python_task": {"python_file": f"file:{scripts}/{name}.py"}, **members}


def started(plain, tasks, states, **settings):
    job_id = plain.ask("POST", "/api/2.2/jobs/create", {"name": "j", "tasks": tasks, **settings})[2]["job_id"]
    run_id = plain.ask("POST", "/api/2.2/jobs/run-now", {"job_id": job_id})[2]["run_id"]
    deadline = time.monotonic() + 60
    while True:
        run = plain.ask("GET", f"/api/2.2/jobs/runs/get?run_id={run_id}")[2]
        if all(task["state"]["life_cycle_state"] in states for task in run["tasks"]):
            return run_id
        assert time.monotonic() < deadline, run["tasks"]


def test_tasks_that_run(start_workspace, scripts):
    local = start_workspace("--ephemeral")
    started(Plain(local), [python(scripts, "sleep", job_cluster_key="main"),
                           python(scripts, "stubborn", environment_key="e")], ["RUNNING"],
            job_clusters=[{"job_cluster_key": "main", "new_cluster": CLUSTER}],
            environments=[{"environment_key": "e", "spec": {"client": "1"}}])
    local.stop()


def test_a_task_that_was_canceled_and_has_not_ended(start_workspace, scripts):
    local = start_workspace("--ephemeral")
    plain = Plain(local)
    run_id = started(plain, [python(scripts, "stubborn", new_cluster=CLUSTER)], ["RUNNING"])
    plain.ask("POST", "/api/2.2/jobs/runs/cancel", {"run_id": run_id})
    local.stop()


def test_a_cluster_that_still_runs_its_init_script(start_workspace, scripts):
    local = start_workspace("--ephemeral")
    waits = {"init_scripts": [{"file": {"destination": f"file:{scripts}/init.sh"}}]}
    started(Plain(local), [python(scripts, "sleep", new_cluster=CLUSTER | waits)], ["PENDING"])
    local.stop()


def test_a_spark_driver_that_has_not_ended(start_workspace, scripts):
    local = start_workspace("--ephemeral")
    started(Plain(local), [python(scripts, "spark", new_cluster=CLUSTER)], ["TERMINATED"])
    local.stop()  # the task is over, and its cluster's JVM has just been asked to end


def test_a_context_that_waits_for_commands(start_workspace):
    local = start_workspace("--ephemeral")
    plain = Plain(local)
    cluster_id = local.client().clusters.create(**CLUSTER).result().cluster_id  # a context is for a cluster that runs
    assert plain.ask("POST", "/api/1.2/contexts/create", {"clusterId": cluster_id, "language": "python"})[0] == 200
    local.stop()
