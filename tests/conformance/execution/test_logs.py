"""cluster_log_conf: what a task prints is in the cluster's log destination while it runs."""

import io
import time

import pytest
from databricks.sdk.service import compute, jobs

from conftest import task

TALKER = b"""
import os, subprocess, sys, time
print("from python")
print("complaint", file=sys.stderr)
subprocess.run(["sh", "-c", "echo from a subprocess"])
sys.stdout.write("no newline")
while not os.path.exists(sys.argv[1]):
    time.sleep(0.05)
print(" and the end")
"""


def _until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _read(local, path):
    try:
        return local.client.dbfs.download(path).read().decode()
    except Exception:  # noqa: BLE001: not there yet
        return ""


def test_point_61_init_scripts_leave_their_logs_in_the_log_destination(local):
    for name, text in (("one.sh", "echo first; echo $PASSWORD; echo wrong >&2"), ("two.sh", "echo second; exit 3")):
        local.client.dbfs.upload(f"dbfs:/init-logs/{name}", io.BytesIO(text.encode()), overwrite=True)
    local.client.secrets.create_scope("init-logs")
    local.client.secrets.put_secret("init-logs", "k", string_value="tops3cret")

    def run(*scripts):
        local.notebook("/Shared/logs/n", "pass")
        submitted = local.client.jobs.submit(tasks=[jobs.SubmitTask(
            "main", notebook_task=jobs.NotebookTask("/Shared/logs/n"), new_cluster=compute.ClusterSpec(
                spark_version="16.4.x-scala2.12", num_workers=0, spark_env_vars={"PASSWORD": "{{secrets/init-logs/k}}"},
                cluster_log_conf=compute.ClusterLogConf(dbfs=compute.DbfsStorageInfo("dbfs:/logs-of-scripts")),
                init_scripts=[compute.InitScriptInfo(dbfs=compute.DbfsStorageInfo(f"dbfs:/init-logs/{script}"))
                              for script in scripts]))])
        output = local.outputs(submitted.run_id)["main"]
        cluster_id = output.metadata.cluster_instance.cluster_id
        folder, = local.client.dbfs.list(f"dbfs:/logs-of-scripts/{cluster_id}/init_scripts")
        assert folder.path.split("/")[-1].startswith(f"{cluster_id}_")
        return output, {file.path.split("_")[-1]: _read(local, file.path) for file in local.client.dbfs.list(folder.path)}

    output, logs = run("one.sh")
    assert output.metadata.state.result_state.value == "SUCCESS"
    assert logs == {"one.sh.stdout.log": "first\n[REDACTED]\n", "one.sh.stderr.log": "wrong\n"}
    output, logs = run("one.sh", "two.sh")
    assert "the init script two.sh ended with exit code 3\nsecond" in output.error
    assert logs["two.sh.stdout.log"] == "second\n" and len(logs) == 4


@pytest.mark.parametrize("destination", ["dbfs:/cluster-logs", "/Volumes/main/default/logs"])
def test_what_a_running_task_prints_is_in_the_log_destination(local, tmp_path, destination):
    local.client.dbfs.upload("dbfs:/files/talker.py", io.BytesIO(TALKER), overwrite=True)
    conf = (compute.ClusterLogConf(dbfs=compute.DbfsStorageInfo(destination)) if destination.startswith("dbfs") else
            compute.ClusterLogConf(volumes=compute.VolumesStorageInfo(destination)))
    go = tmp_path / "go"
    run = local.client.jobs.submit(run_name="talker", tasks=[jobs.SubmitTask(
        "main", new_cluster=compute.ClusterSpec(spark_version="16.4.x-scala2.12", num_workers=0, cluster_log_conf=conf),
        spark_python_task=jobs.SparkPythonTask("dbfs:/files/talker.py", [str(go)]))])
    cluster_id = None

    def has_cluster():
        nonlocal cluster_id
        instance = local.client.jobs.get_run(run.run_id).tasks[0].cluster_instance
        cluster_id = instance.cluster_id if instance else None
        return cluster_id

    _until(has_cluster)
    logs = f"{destination}/{cluster_id}/driver"
    if destination.startswith("dbfs"):
        read = lambda name: _read(local, f"{logs}/{name}")  # noqa: E731
    else:
        read = lambda name: "".join(p.read_text() for p in local.state.glob(f"volumes/main/default/logs/{cluster_id}/driver/{name}"))  # noqa: E731
    expected = "from python\nfrom a subprocess\nno newline"
    _until(lambda: read("stdout") == expected)
    assert read("stderr") == "complaint\n"
    _until(lambda: local.client.jobs.get_run(run.run_id).state.life_cycle_state.value == "RUNNING")
    go.touch()
    output = local.outputs(run.run_id)["main"]
    assert output.logs == "from python\ncomplaint\nfrom a subprocess\nno newline and the end\n"
    assert read("stdout") == expected + " and the end\n"


def test_secrets_are_not_in_the_log_destination(local):
    local.client.secrets.create_scope("logs")
    local.client.secrets.put_secret("logs", "key", string_value="swordfish")
    cluster = local.client.clusters.create(
        spark_version="16.4.x-scala2.12", num_workers=0,
        cluster_log_conf=compute.ClusterLogConf(dbfs=compute.DbfsStorageInfo("dbfs:/secret-logs"))).result().cluster_id
    local.notebook("/Shared/test/secret_logs", """\
        # Databricks notebook source
        value = dbutils.secrets.get("logs", "key")
        print(value)
        import os
        status = os.system("echo native " + value)
        """)
    local.submit(task("main", "/Shared/test/secret_logs", cluster))
    text = _read(local, f"dbfs:/secret-logs/{cluster}/driver/stdout")
    assert text == "[REDACTED]\nnative [REDACTED]\n"
