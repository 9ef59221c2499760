"""The provider in an Airflow of its own, run by dag.test(), against a workspace of this machine.

Run by the Python of an environment that has Airflow and the wheels: tests/hosts/airflow/install makes one.
"""

import atexit
import base64
import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin"))
HOME = Path(tempfile.mkdtemp(prefix="brickwork-airflow-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
if importlib.util.find_spec("airflow") is None:  # the Python of the other tests; tests/run comes here with the right one, too
    collect_ignore_glob = ["test_*.py"]

# Before Airflow is imported, which reads them once.
for name in [name for name in os.environ if name.startswith(("AIRFLOW", "DATABRICKS_"))]:
    del os.environ[name]
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": str(HOME / "dags"),
    "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "0",  # how long a trigger holds back its event
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
}
(HOME / "dags").mkdir()
sys.path.insert(0, str(HOME / "dags"))


class Workspace:
    def __init__(self):
        command = [BIN / "brickwork-local", "--ephemeral", "--python", ROOT / "build/venv/bin/python", "--faults", "-"]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url = ready["url"]
        self.token = Path(ready["token_file"]).read_text().strip()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(),
                                         {"Authorization": f"Bearer {self.token}"}, method=method)
        try:
            opened = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as refusal:
            raise AssertionError(refusal.read().decode()) from None
        with opened as answer:
            return json.load(answer)

    def notebook(self, path, source):
        self.ask("POST", "/api/2.0/workspace/mkdirs", {"path": str(Path(path).parent)})
        self.ask("POST", "/api/2.0/workspace/import", {
            "path": path, "format": "SOURCE", "language": "PYTHON", "overwrite": True,
            "content": base64.b64encode(textwrap.dedent(source).encode()).decode()})

    def runs(self, name):
        """Runs of that name, the oldest first, with all their tasks and repairs."""
        found = self.ask("GET", "/api/2.2/jobs/runs/list?limit=24").get("runs", [])
        return [self.ask("GET", f"/api/2.2/jobs/runs/get?run_id={each['run_id']}&include_history=true")
                for each in reversed(found) if each["run_name"] == name]

    def output(self, run_id):
        return self.ask("GET", f"/api/2.2/jobs/runs/get-output?run_id={run_id}")

    def job(self, name):
        job, = self.ask("GET", f"/api/2.2/jobs/list?name={name}&expand_tasks=true")["jobs"]
        return job["settings"]

    @contextlib.contextmanager
    def fault(self, path, **rule):
        """What goes wrong with requests to that path meanwhile; `fault` says what."""
        self.ask("PUT", "/api/brickwork/faults", {"rules": [{"path": path, **rule}]})
        yield
        self.ask("PUT", "/api/brickwork/faults", {"rules": []})

    def connection(self, **extra):
        settings = {"poll_ms": 100, "rate": {"requests_per_second": 10_000}}
        return json.dumps({"conn_type": "databricks", "host": self.url, "password": self.token,
                           "extra": {"brickwork": settings, **extra}})

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture(scope="session")
def workspace():
    one = Workspace()
    os.environ["AIRFLOW_CONN_DATABRICKS_DEFAULT"] = one.connection()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def database():
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture
def run(workspace, database, request):
    """run(text of a DAG file): the DAG run after dag.test(), and its task instances by id."""

    def test(source, count=1):
        dag = parsed(request, source)
        for _ in range(count):
            ended = dag.test(use_executor=False)
        return ended, states(ended)

    return test


def states(dag_run):
    return {each.task_id if each.map_index < 0 else f"{each.task_id}[{each.map_index}]": str(each.state)
            for each in dag_run.get_task_instances()}


def parsed(request, source):
    """The DAG of a file that is named like the test."""
    name = request.node.name.split("[")[0]
    path = HOME / "dags" / f"{name}.py"
    path.write_text(HEAD.format(name=name) + textwrap.indent(textwrap.dedent(source), "    "))
    request.addfinalizer(lambda: path.unlink(missing_ok=True))  # dag.test() reads them all
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.dag


@pytest.fixture
def parse(request):
    return lambda source: parsed(request, source)


HEAD = """
from datetime import timedelta
from airflow.sdk import DAG, TaskGroup, task
from airflow.providers.standard.operators.empty import EmptyOperator
from brickwork_airflow.operators.databricks import *
from brickwork_airflow.operators.databricks_workflow import *
from brickwork_airflow.sensors.databricks import *

def notebook(name, path=None, **more):
    return DatabricksNotebookOperator(task_id=name, notebook_path=path or "/t/" + name, **more)

with DAG("{name}", schedule=None) as dag:
"""
