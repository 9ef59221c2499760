"""brickwork-local as a process and the command line as a user calls it, for tests of hosts from outside.

The tasks are notebooks that need no Spark, so that each run takes about a second.
"""

import base64
import json
import os
import re
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin"))
PYTHON = ROOT / "build/venv/bin/python"
BRICKWORK = BIN / "brickwork"
DEADLINE = 120

NOTEBOOKS = {
    "good": "dbutils.notebook.exit('fine')",
    "bad": "print('about to fail')\nraise ValueError('this went wrong')",
    "echo": "dbutils.widgets.text('word', 'none')\ndbutils.notebook.exit(dbutils.widgets.get('word'))",
    # Fails until the file is there, so that a repair of the same run can succeed.
    "flaky": "import os\ndbutils.widgets.text('gate', '')\nassert os.path.exists(dbutils.widgets.get('gate')), 'no gate'",
    "second_time": "import os\ndbutils.widgets.text('gate', '')\ngate = dbutils.widgets.get('gate')\n"
                   "there = os.path.exists(gate)\nopen(gate, 'w').close()\nassert there, 'the first time'",
    "slow": "import time\ntime.sleep(600)",
}


def run_cli(*arguments, environment=None, stdin=None, timeout=DEADLINE):
    return subprocess.run([BRICKWORK, *map(str, arguments)], env=environment, input=stdin, capture_output=True,
                          text=True, timeout=timeout, check=False)


def until(predicate, what):
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        value = predicate()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"not in time: {what}")


class Workspace:
    def __init__(self, directory):
        command = [BIN / "brickwork-local", "--state", directory / "state", "--python", PYTHON]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url = ready["url"]
        self.token = Path(ready["token_file"]).read_text().strip()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DATABRICKS_")}
        self.environment = clean | {"DATABRICKS_HOST": self.url, "DATABRICKS_TOKEN": self.token, "HOME": str(directory)}

    def __call__(self, *arguments, environment=None, **options):
        return run_cli(*arguments, environment=self.environment | (environment or {}), **options)

    def document(self, *arguments, status=0, **options):
        done = self("--json", *arguments, **options)
        assert done.returncode == status, done.stderr + done.stdout
        return json.loads(done.stdout)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def started(workspace, *arguments):
    """A command that goes on, as soon as it has told its run, and the run's id."""
    process = subprocess.Popen([BRICKWORK, *map(str, arguments)], env=workspace.environment, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    for line in process.stdout:
        found = re.search(r"run (\d+)", line)
        if found:
            return process, found.group(1)
    raise AssertionError(process.stderr.read())


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    one = Workspace(tmp_path_factory.mktemp("workspace"))
    try:
        for name, source in NOTEBOOKS.items():
            body = {"path": f"/Shared/{name}", "format": "SOURCE", "language": "PYTHON", "overwrite": True,
                    "content": base64.b64encode(("# Databricks notebook source\n" + source).encode()).decode()}
            done = one("rest", "POST", "/api/2.0/workspace/import", "--body", "-", stdin=json.dumps(body))
            assert done.returncode == 0, done.stderr
        yield one
    finally:
        one.stop()


@pytest.fixture
def group(tmp_path, request):
    """Writes a group whose tasks run these notebooks; nested ones in `checks`."""

    def write(tasks, checks=None, **members):
        def task(key, notebook, **more):
            return {"task_key": key, "notebook_task": {"notebook_path": f"/Shared/{notebook}"}} | more

        body = [task(key, notebook) for key, notebook in tasks.items()]
        if checks:
            body.append({"group": "checks", "tasks": [task(key, notebook) for key, notebook in checks.items()]})
        document = {"name": request.node.name[:80], "tasks": body,
                    "job_clusters": [{"job_cluster_key": "main", "new_cluster":
                                      {"spark_version": "16.4.x-scala2.12", "num_workers": 1}}],
                    "defaults": {"job_cluster_key": "main"}} | members
        path = tmp_path / "group.json"
        path.write_text(json.dumps(document))
        return path

    return write
