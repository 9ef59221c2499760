"""The databricks-cli of before 2023, which speaks Jobs 2.0 and 2.1 and moves files in blocks."""

import json
import subprocess

import pytest
from environments import clean_environment, python_environment

TASK = {"op": "EQUAL_TO", "left": "1", "right": "1"}


@pytest.fixture(scope="module")
def databricks(workspace):
    python = python_environment("legacy-cli", "databricks-cli==0.18.0")
    # It forgets the port of its host, so it is sent through a proxy that is the workspace itself.
    environment = clean_environment(DATABRICKS_HOST="http://workspace.local", DATABRICKS_TOKEN=workspace.token,
                                    DATABRICKS_CONFIG_FILE="/nonexistent", http_proxy=workspace.url, no_proxy="")

    def run(*arguments, fails=False):
        ended = subprocess.run([python.parent / "databricks", *map(str, arguments)], capture_output=True, text=True,
                               timeout=120, env=environment)
        assert (ended.returncode != 0) == fails, ended.stdout + ended.stderr
        return ended.stdout

    return run


def finished(databricks, version, run_id):
    while True:
        run = json.loads(databricks("runs", "get", "--version", version, "--run-id", run_id))
        if "result_state" in run["state"]:
            return run


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_jobs_are_created_listed_run_and_deleted(databricks, workspace, version):
    settings = {"name": f"legacy {version}"}
    if version == "2.0":
        settings |= {"existing_cluster_id": "none", "notebook_task": {"notebook_path": "/nowhere"}}
    else:
        settings["tasks"] = [{"task_key": "a", "condition_task": TASK},
                             {"task_key": "b", "condition_task": TASK, "depends_on": [{"task_key": "a"}]}]
    job_id = json.loads(databricks("jobs", "create", "--version", version, "--json", json.dumps(settings)))["job_id"]
    shown = json.loads(databricks("jobs", "get", "--version", version, "--job-id", job_id))
    assert shown["settings"]["format"] == ("SINGLE_TASK" if version == "2.0" else "MULTI_TASK")
    assert ("notebook_task" in shown["settings"]) == (version == "2.0")
    everything = ["--all"] if version == "2.1" else []
    listed = json.loads(databricks("jobs", "list", "--version", version, *everything, "--output", "JSON"))
    assert job_id in [job["job_id"] for job in listed["jobs"]]
    run_id = json.loads(databricks("jobs", "run-now", "--version", version, "--job-id", job_id,
                                   "--idempotency-token", version))["run_id"]
    run = finished(databricks, version, run_id)
    assert run["state"]["result_state"] == ("FAILED" if version == "2.0" else "SUCCESS")
    again = databricks("jobs", "run-now", "--version", version, "--job-id", job_id, "--idempotency-token", version)
    assert json.loads(again)["run_id"] == run_id
    runs = json.loads(databricks("runs", "list", "--version", version, "--job-id", job_id, "--output", "JSON"))
    assert [each["run_id"] for each in runs["runs"]] == [run_id]
    databricks("jobs", "reset", "--version", version, "--job-id", job_id,
               "--json", json.dumps({**settings, "name": "renamed"}))
    assert json.loads(databricks("jobs", "get", "--version", version, "--job-id", job_id))["settings"]["name"] == "renamed"
    databricks("jobs", "delete", "--version", version, "--job-id", job_id)
    missing = databricks("jobs", "get", "--version", version, "--job-id", job_id, fails=True)
    assert "does not exist" in missing


def test_a_run_is_submitted(databricks):
    tasks = {"run_name": "by the legacy client", "tasks": [{"task_key": "a", "condition_task": TASK}]}
    run_id = json.loads(databricks("runs", "submit", "--version", "2.1", "--json", json.dumps(tasks)))["run_id"]
    assert finished(databricks, "2.1", run_id)["run_name"] == "by the legacy client"


def test_files_go_to_dbfs_in_blocks_and_come_back(databricks, tmp_path):
    (tmp_path / "up").write_bytes(bytes(range(256)) * 12_000)
    databricks("fs", "mkdirs", "dbfs:/legacy")
    databricks("fs", "cp", tmp_path / "up", "dbfs:/legacy/up")
    databricks("fs", "cp", "dbfs:/legacy/up", tmp_path / "down")
    assert (tmp_path / "down").read_bytes() == (tmp_path / "up").read_bytes()
    assert databricks("fs", "ls", "dbfs:/legacy").split() == ["up"]
    databricks("fs", "mv", "dbfs:/legacy/up", "dbfs:/legacy/moved")
    databricks("fs", "rm", "-r", "dbfs:/legacy")
    assert "RESOURCE_DOES_NOT_EXIST" in databricks("fs", "ls", "dbfs:/legacy", fails=True)


def test_notebooks_are_imported_listed_exported_and_deleted(databricks, tmp_path):
    source = "# Databricks notebook source\nprint(1)\n"
    (tmp_path / "a.py").write_text(source)
    databricks("workspace", "mkdirs", "/Shared/legacy")
    databricks("workspace", "import", "-l", "PYTHON", tmp_path / "a.py", "/Shared/legacy/a")
    assert databricks("workspace", "ls", "/Shared/legacy").split() == ["a"]
    databricks("workspace", "export", "/Shared/legacy/a", tmp_path / "back.py")
    assert (tmp_path / "back.py").read_text().rstrip() == source.rstrip()
    databricks("workspace", "rm", "-r", "/Shared/legacy")


def test_secrets_and_clusters_are_managed(databricks):
    databricks("secrets", "create-scope", "--scope", "legacy")
    databricks("secrets", "put", "--scope", "legacy", "--key", "k", "--string-value", "v")
    assert [secret["key"] for secret in json.loads(databricks(
        "secrets", "list", "--scope", "legacy", "--output", "JSON"))["secrets"]] == ["k"]
    databricks("secrets", "delete-scope", "--scope", "legacy")
    cluster = {"cluster_name": "legacy", "spark_version": "16.4.x-scala2.12", "node_type_id": "local", "num_workers": 0}
    cluster_id = json.loads(databricks("clusters", "create", "--json", json.dumps(cluster)))["cluster_id"]
    assert json.loads(databricks("clusters", "get", "--cluster-id", cluster_id))["cluster_name"] == "legacy"
    databricks("clusters", "delete", "--cluster-id", cluster_id)
