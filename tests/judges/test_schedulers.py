"""Prefect and Dagster through their own Databricks packages."""

import base64
import json
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlparse

import pytest
from environments import call, clean_environment, python_environment
from http_client import Plain
from local_workspace import LocalWorkspace

HERE = Path(__file__).parent
NOTEBOOK = '# Databricks notebook source\ndbutils.widgets.text("who", "nobody")\n' \
           'dbutils.notebook.exit("hello " + dbutils.widgets.get("who"))\n'


def put_notebook(plain):
    plain.ask("POST", "/api/2.0/workspace/mkdirs", {"path": "/Shared/judges"})
    status, _, answer = plain.ask("POST", "/api/2.0/workspace/import", {
        "path": "/Shared/judges/hello", "format": "SOURCE", "language": "PYTHON", "overwrite": True,
        "content": base64.b64encode(NOTEBOOK.encode()).decode()})
    assert status == 200, answer
    return "/Shared/judges/hello"


@pytest.fixture
def with_tls(tmp_path):
    """(workspace, certificate): prefect-databricks speaks HTTPS only."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    call(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
          "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", certificate])
    local = LocalWorkspace("--ephemeral", "--tls", certificate, key)
    yield local, certificate
    local.stop()


def last_line(python, script, *arguments, home):
    environment = clean_environment(HOME=home, PREFECT_HOME=home / "prefect", DAGSTER_HOME=home,
                                    PREFECT_LOGGING_LEVEL="ERROR", DO_NOT_TRACK="1", PREFECT_SERVER_ANALYTICS_ENABLED="0",
                                    DAGSTER_DISABLE_TELEMETRY="1", no_proxy="*", DATABRICKS_CONFIG_FILE="/nonexistent")
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    ended = subprocess.run([python, HERE / script, *map(str, arguments)], capture_output=True, text=True, timeout=600,
                           env=environment, cwd=home)
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    return json.loads(ended.stdout.splitlines()[-1])


def test_prefect_submits_waits_and_sees_failures(with_tls, tmp_path):
    python = python_environment("prefect", "prefect-databricks==0.4.2", "prefect==3.8.8", "fastapi==0.139.0")
    local, certificate = with_tls
    notebook = put_notebook(Plain(local, context=ssl.create_default_context(cafile=certificate)))
    saw = last_line(python, "prefect_flow.py", urlparse(local.url).netloc, local.token, certificate, notebook,
                    home=tmp_path)
    assert "hello prefect" in json.dumps(saw.pop("outputs"))
    assert saw == {"by_id": ["a"], "failure": "seen", "got": True, "runs": ["by prefect", "fails", "from prefect"]}


def test_dagster_runs_a_job_and_submits_a_run(workspace, tmp_path):
    python = python_environment("dagster", "dagster-databricks==0.29.27")
    plain = Plain(workspace)
    notebook = put_notebook(plain)
    job_id = plain.ask("POST", "/api/2.2/jobs/create", {"name": "from dagster", "tasks": [
        {"task_key": "a", "notebook_task": {"notebook_path": notebook}}]})[2]["job_id"]
    assert last_line(python, "dagster_job.py", workspace.url, workspace.token, job_id, notebook,
                     home=tmp_path) == {"success": True}
    runs = plain.ask("GET", "/api/2.2/jobs/runs/list?completed_only=true&expand_tasks=true")[2]["runs"]
    assert {"a", "by_dagster"} <= {run["tasks"][0]["task_key"] for run in runs
                                   if run["state"]["result_state"] == "SUCCESS"}
