"""What a task prints, seen while it runs: a real notebook on brickwork-local, the log destination of its cluster, the
command line as a user calls it."""

import base64
import json
import subprocess
import threading
import time

import pytest

from conftest import BRICKWORK, DEADLINE

# Prints, waits for the test, prints on: without the first line seen live the run would not end.
NOTEBOOK = """# Databricks notebook source
import os, sys, time
dbutils.widgets.text('gate', '')
gate = dbutils.widgets.get('gate')
print('one: Grüße, 世界')
print('to the other stream', file=sys.stderr)
print('two, in ', end='')
while not os.path.exists(gate):
    time.sleep(0.1)
print('parts')
print('three')
"""


@pytest.fixture(scope="module")
def printing(workspace):
    body = {"path": "/Shared/printing", "format": "SOURCE", "language": "PYTHON", "overwrite": True,
            "content": base64.b64encode(NOTEBOOK.encode()).decode()}
    done = workspace("rest", "POST", "/api/2.0/workspace/import", "--body", "-", stdin=json.dumps(body))
    assert done.returncode == 0, done.stderr


@pytest.fixture
def logged(printing, group, tmp_path):
    """A group of one printing task on a cluster that keeps its logs in DBFS, and the file that lets it go on."""
    gate = tmp_path / "gate"
    cluster = {"spark_version": "16.4.x-scala2.12", "num_workers": 1,
               "cluster_log_conf": {"dbfs": {"destination": "dbfs:/logs"}}}
    path = group({"talk": "printing"}, parameters=[{"name": "gate", "default": str(gate)}],
                 job_clusters=[{"job_cluster_key": "main", "new_cluster": cluster}])
    return path, gate


class Lines:
    """The output of a command, line by line as it comes."""

    def __init__(self, workspace, *arguments):
        self.process = subprocess.Popen([BRICKWORK, *map(str, arguments)], env=workspace.environment, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.seen = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.seen.append(line.rstrip("\n"))

    def wait_for(self, line):
        deadline = time.monotonic() + DEADLINE
        while line not in self.seen:
            assert time.monotonic() < deadline, (line, self.seen, self.process.poll())
            time.sleep(0.05)

    def end(self):
        status = self.process.wait(DEADLINE)
        self.reader.join(DEADLINE)
        return status

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)


@pytest.mark.parametrize("command", ["run", "watch"])
def test_lines_are_shown_while_the_task_prints_each_once_and_in_order(workspace, logged, command):
    path, gate = logged
    target = path
    if command == "watch":
        done = workspace("run", "--detach", path)
        assert done.returncode == 0, done.stderr
        target = str(json.loads(done.stdout)["run_id"])
    lines = Lines(workspace, command, target, "--logs")
    try:
        lines.wait_for("talk | one: Grüße, 世界")
        assert "talk | three" not in lines.seen
        gate.touch()
        assert lines.end() == 0, lines.process.stderr.read()
    finally:
        gate.touch()
        lines.stop()
    shown = [line for line in lines.seen if line.startswith("talk | ")]
    assert shown == ["talk | one: Grüße, 世界", "talk | two, in parts", "talk | three"]
    assert [line for line in lines.seen if line.startswith("talk ! ")] == ["talk ! to the other stream"]
    assert workspace.token not in "\n".join(lines.seen)


def test_without_being_asked_no_log_is_read(workspace, logged):
    path, gate = logged
    gate.touch()
    done = workspace("run", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "talk | " not in done.stdout
