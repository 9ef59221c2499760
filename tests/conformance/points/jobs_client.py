"""What the tests of the numbered points share: one plain connection, jobs of tasks that a test holds back or lets go."""

import json
import time
from urllib.parse import urlencode

from http_client import Plain

SAME = {"op": "EQUAL_TO", "left": "1", "right": "1"}
NEVER = {"op": "GREATER_THAN", "left": "not a number", "right": "1"}


def ok(key, *upstream, **members):
    """A task that needs no process and succeeds."""
    return {"task_key": key, "condition_task": SAME, **below(*upstream), **members}


def bad(key, *upstream, **members):
    """A task that needs no process and fails."""
    return {"task_key": key, "condition_task": NEVER, **below(*upstream), **members}


def below(*upstream):
    return {"depends_on": [{"task_key": key} for key in upstream]} if upstream else {}


def by_key(run):
    """The newest attempt of every task."""
    newest = {}
    for task in run["tasks"]:
        known = newest.get(task["task_key"])
        if known is None or known["attempt_number"] < task["attempt_number"]:
            newest[task["task_key"]] = task
    return newest


def results(run):
    return {key: task["state"].get("result_state") for key, task in by_key(run).items()}


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError("it never became true")


class Jobs:
    """The Jobs API as plain requests; an answer that is not 200 is an assertion unless it was asked for."""

    def __init__(self, workspace, version="2.2", **options):
        self.workspace = workspace
        self.plain = Plain(workspace, **options)
        self.prefix = f"/api/{version}/jobs/"

    def get(self, path, **query):
        words = urlencode({name: json.dumps(value) if isinstance(value, bool) else value
                           for name, value in query.items()})
        status, _, answer = self.plain.ask("GET", f"{self.prefix}{path}?{words}")
        assert status == 200, answer
        return answer

    def post(self, path, **body):
        status, _, answer = self.plain.ask("POST", self.prefix + path, body)
        assert status == 200, answer
        return answer

    def refused(self, method, path, body=None):
        """(status, error_code, message) of a request that must not be granted."""
        status, _, answer = self.plain.ask(method, self.prefix + path, body)
        assert status != 200, answer
        return status, answer["error_code"], answer["message"]

    def create(self, *tasks, **settings):
        return self.post("create", **{"name": "points", "tasks": list(tasks), **settings})["job_id"]

    def run_now(self, job_id, **members):
        return self.post("run-now", job_id=job_id, **members)["run_id"]

    def start(self, *tasks, **settings):
        return self.run_now(self.create(*tasks, **settings))

    def run(self, run_id, **query):
        return self.get("runs/get", run_id=run_id, **query)

    def finished(self, run_id, **query):
        wait_until(lambda: "result_state" in self.run(run_id)["state"])
        return self.run(run_id, **query)

    def done(self, *tasks, **settings):
        """The finished run of a new job."""
        return self.finished(self.start(*tasks, **settings))

    def life(self, run_id, key=None):
        run = self.run(run_id)
        return (by_key(run)[key] if key else run)["state"]["life_cycle_state"]

    def task_in(self, run_id, key, life):
        return wait_until(lambda: self.life(run_id, key) == life)


class Gate:
    """Python tasks that say when they began and end when they are told to, well or badly."""

    SCRIPT = """import os, sys, time
folder, name = sys.argv[1:3]
with open(os.path.join(folder, name + ".began"), "a") as began:
    began.write(str(os.getpid()) + "\\n")
while True:
    for end, code in (("good", 0), ("bad", 1)):
        if os.path.exists(os.path.join(folder, name + "." + end)):
            if code:
                raise ValueError(name + " was told to fail")
            sys.exit(0)
    time.sleep(0.02)
"""

    def __init__(self, folder):
        self.folder = folder
        self.script = folder / "gate.py"
        self.script.write_text(self.SCRIPT)

    def task(self, key, *upstream, **members):
        return {"task_key": key, **below(*upstream), **members,
                "spark_python_task": {"python_file": f"file:{self.script}", "parameters": [str(self.folder), key]}}

    def starts(self, key):
        began = self.folder / f"{key}.began"
        return [int(line) for line in began.read_text().split()] if began.exists() else []

    def began(self, key, times=1):
        return wait_until(lambda: len(self.starts(key)) >= times and self.starts(key))

    def good(self, *keys):
        for key in keys:
            (self.folder / f"{key}.bad").unlink(missing_ok=True)
            (self.folder / f"{key}.good").touch()

    def bad(self, *keys):
        for key in keys:
            (self.folder / f"{key}.bad").touch()
