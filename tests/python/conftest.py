"""The installed wheel against a workspace of this machine, or against a server that never answers."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import brickwork

ROOT = Path(__file__).resolve().parents[2]
SHIM = ROOT / "shims/python"
BIN = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin"))
TASKS_PYTHON = ROOT / "build/venv/bin/python"
CANARY = "dapi-canary-5f1d"
CONDITION = {"op": "EQUAL_TO", "left": "1", "right": "1"}

assert "site-packages" in brickwork.__file__, "these tests are about the wheel: run tests/python/setup, then its python"
for name in [name for name in os.environ if name.startswith(("DATABRICKS_", "BRICKWORK_LIBRARY"))]:
    del os.environ[name]


class Workspace:
    def __init__(self, *options):
        command = [BIN / "brickwork-local", "--ephemeral", "--faults", "-", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url = ready["url"]
        self.token = Path(ready["token_file"]).read_text().strip()
        # Not the rates of a real workspace: they would be what these tests wait for.
        self.connection = {"host": self.url, "environment": False, "poll_ms": 50, "rate": {"requests_per_second": 10_000}}

    def client(self, **members):
        return brickwork.Client(self.connection, token=self.token, **members)

    def async_client(self, **members):
        return brickwork.AsyncClient(self.connection, token=self.token, **members)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture(scope="session")
def workspace():
    """Executes nothing and says so in every run: conditions are judged, notebooks end as if they had succeeded."""
    one = Workspace("--execute", "instant")
    yield one
    one.stop()


@pytest.fixture
def client(workspace):
    with workspace.client() as one:
        yield one


@pytest.fixture(scope="session")
def silent():
    """The connection to a server that takes requests and never answers: whatever is started there stays under way."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        yield {"host": f"http://127.0.0.1:{server.getsockname()[1]}", "environment": False}


def group(name, **tasks):
    """A group of conditions; `missing` as a value makes a task fail when it runs."""
    bodies = {"good": {"condition_task": CONDITION}, "missing": {"notebook_task": {"notebook_path": "/nobody/wrote/this"}}}
    return {"name": name, "tasks": [{"task_key": key} | bodies[kind] for key, kind in (tasks or {"only": "good"}).items()]}


def python(code, *arguments, **options):
    """Another interpreter of this environment, started and not waited for."""
    return subprocess.Popen([sys.executable, "-X", "faulthandler", "-c", code, *map(str, arguments)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def ended(process, timeout=60):
    """Exit code, output, errors."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"it hangs\n{out}\n{err}") from None
    return process.returncode, out, err
