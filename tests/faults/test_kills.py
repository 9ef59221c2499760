"""A workspace killed at random moments under load loses nothing that it acknowledged and starts no task twice.

BRICKWORK_KILLS says how often (20); the moments come from the seed BRICKWORK_SEED (1), so a failure can be had again.
"""

import base64
import http.client
import importlib.util
import json
import os
import random
import threading
import time
from pathlib import Path
from urllib.parse import urlparse

CONFORMANCE = Path(__file__).resolve().parents[1] / "conformance"
KILLS = int(os.environ.get("BRICKWORK_KILLS", "20"))
SEED = int(os.environ.get("BRICKWORK_SEED", "1"))
SCOPES = 50  # one holds a thousand secrets at most
CONDITION = {"op": "EQUAL_TO", "left": "1", "right": "1"}


def local_workspace():
    spec = importlib.util.spec_from_file_location("kills_local_workspace", CONFORMANCE / "local_workspace.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LocalWorkspace


class Client:
    """One connection; what is answered with 200 is acknowledged, a broken connection is not."""

    def __init__(self, workspace):
        address = urlparse(workspace.url)
        self.connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        self.headers = {"Authorization": f"Bearer {workspace.token}"}

    def ask(self, method, path, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def done(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        assert status == 200, (path, answer)
        return answer


def text64(text):
    return base64.b64encode(text.encode()).decode()


class Ledger:
    """What was acknowledged, and what was asked for and may or may not have happened."""

    def __init__(self):
        self.jobs, self.secrets, self.files, self.notebooks = {}, set(), {}, {}
        self.tokens = {}  # idempotency token -> (job id, run id; None: not acknowledged)
        self.lock = threading.Lock()
        self.number = 0

    def next(self):
        with self.lock:
            self.number += 1
            return self.number


class Load:
    """Threads that change the workspace until it dies."""

    def __init__(self, workspace, ledger, jobs, seed):
        self.workspace, self.ledger, self.jobs = workspace, ledger, jobs
        self.wrong = []
        self.threads = [threading.Thread(target=self.work, args=(random.Random(seed * 100 + number),))
                        for number in range(4)]
        for thread in self.threads:
            thread.start()

    def work(self, chance):
        client = Client(self.workspace)
        steps = [self.create_job, self.put_secret, self.put_file, self.put_notebook] + [self.run] * 4
        try:
            while True:
                chance.choice(steps)(client, chance)
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            pass  # it was killed
        except AssertionError as error:
            self.wrong.append(error)

    def create_job(self, client, _):
        name = f"job {self.ledger.next()}"
        job_id = client.done("POST", "/api/2.2/jobs/create",
                             {"name": name, "tasks": [{"task_key": "a", "condition_task": CONDITION}]})["job_id"]
        self.ledger.jobs[job_id] = name

    def put_secret(self, client, _):
        number = self.ledger.next()
        scope, key = f"kept{number // 1000 % SCOPES}", f"key{number}"
        client.done("POST", "/api/2.0/secrets/put", {"scope": scope, "key": key, "string_value": key})
        self.ledger.secrets.add((scope, key))

    def put_file(self, client, _):
        path = f"/kept/{self.ledger.next()}"
        client.done("POST", "/api/2.0/dbfs/put", {"path": path, "contents": text64(path), "overwrite": True})
        self.ledger.files[path] = path

    def put_notebook(self, client, _):
        path = f"/kept{self.ledger.next()}"
        client.done("POST", "/api/2.0/workspace/import", {"path": path, "format": "SOURCE", "language": "PYTHON",
                                                          "content": text64(f"# Databricks notebook source\n{path!r}")})
        self.ledger.notebooks[path] = repr(path)

    def run(self, client, chance):
        job_id, token = chance.choice(self.jobs), f"token{self.ledger.next()}"
        self.ledger.tokens[token] = (job_id, None)
        self.ledger.tokens[token] = (job_id, run_now(client, job_id, token))

    def join(self):
        for thread in self.threads:
            thread.join()
        assert self.wrong == []


def run_now(client, job_id, token):
    return client.done("POST", "/api/2.2/jobs/run-now", {"job_id": job_id, "idempotency_token": token})["run_id"]


def check(client, ledger):
    """Everything acknowledged is there; a token that is sent again means the run that it meant before."""
    for job_id, name in ledger.jobs.items():
        assert client.done("GET", f"/api/2.2/jobs/get?job_id={job_id}")["settings"]["name"] == name
    for scope in {scope for scope, _ in ledger.secrets}:
        listed = client.done("GET", f"/api/2.0/secrets/list?scope={scope}")["secrets"]
        assert {key for where, key in ledger.secrets if where == scope} <= {secret["key"] for secret in listed}
    for path, content in ledger.files.items():
        assert base64.b64decode(client.done("GET", f"/api/2.0/dbfs/read?path={path}")["data"]).decode() == content
    for path, line in ledger.notebooks.items():
        exported = client.done("GET", f"/api/2.0/workspace/export?path={path}&format=SOURCE")["content"]
        assert line in base64.b64decode(exported).decode()
    for token, (job_id, run_id) in list(ledger.tokens.items()):
        again = run_now(client, job_id, token)
        assert run_id in (None, again), f"{token} started a second run"
        ledger.tokens[token] = (job_id, again)


def runs_of(client, job_id):
    runs, page = [], ""
    while True:
        answer = client.done("GET", f"/api/2.2/jobs/runs/list?limit=24&job_id={job_id}{page}")
        runs += answer.get("runs", [])
        if not answer.get("next_page_token"):
            return runs
        page = f"&page_token={answer['next_page_token']}"


def make_jobs(client, directory):
    """Two jobs: conditions, which cost nothing, and a process that leaves a mark with the id of its task run."""
    script = directory / "mark.py"
    script.write_text("import os, sys\nfd = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)\n"
                      "os.write(fd, (sys.argv[2] + '\\n').encode())\n")
    for number in range(SCOPES):
        client.done("POST", "/api/2.0/secrets/scopes/create", {"scope": f"kept{number}"})
    mark = {"python_file": f"file:{script}", "parameters": [str(directory / "marks"), "{{task.run_id}}"]}
    tasks = [[{"task_key": "a", "condition_task": CONDITION},
              {"task_key": "b", "depends_on": [{"task_key": "a"}], "condition_task": CONDITION}],
             [{"task_key": "mark", "spark_python_task": mark}]]
    limits = [{"max_concurrent_runs": 1000}, {"max_concurrent_runs": 2, "queue": {"enabled": True}}]
    return [client.done("POST", "/api/2.2/jobs/create", {"name": "runs", "tasks": each, **limit})["job_id"]
            for each, limit in zip(tasks, limits)]


def ended_runs_of(client, job_id):
    """All runs of a job at their end. Many kills leave a long queue behind two places: as long as one after the other
    ends there is nothing wrong."""
    left, deadline = None, 0
    while True:
        runs = runs_of(client, job_id)
        waiting = sum("result_state" not in run["state"] for run in runs)
        if waiting == 0:
            return runs
        if waiting != left:
            left, deadline = waiting, time.monotonic() + 120
        assert time.monotonic() < deadline, f"{waiting} runs never end"
        time.sleep(0.2)


def test_sigkill_at_random_moments_loses_nothing_acknowledged_and_starts_no_task_twice(tmp_path):
    start = local_workspace()
    chance = random.Random(SEED)
    total, jobs, workspace = Ledger(), [], start("--state", tmp_path / "state")
    try:
        jobs = make_jobs(Client(workspace), tmp_path)
        for number in range(KILLS):
            ledger = Ledger()
            ledger.number = total.number
            load = Load(workspace, ledger, [jobs[0]] * 9 + [jobs[1]], SEED * 1000 + number)
            time.sleep(chance.uniform(0.0, 0.4))  # the moment of the kill; nothing waits for anything here
            workspace.kill()
            load.join()
            workspace = start("--state", tmp_path / "state")
            check(Client(workspace), ledger)
            total.number = ledger.number
            for name in ("jobs", "files", "notebooks", "tokens"):
                getattr(total, name).update(getattr(ledger, name))
            total.secrets |= ledger.secrets
        client = Client(workspace)
        check(client, total)
        runs = {}
        for job_id in jobs:
            runs[job_id] = ended_runs_of(client, job_id)
            wanted = {run_id for job, run_id in total.tokens.values() if job == job_id}
            assert {run["run_id"] for run in runs[job_id]} == wanted
        marks = (tmp_path / "marks").read_text().split() if (tmp_path / "marks").exists() else []
        assert len(marks) == len(set(marks)), "a task was started twice"
        print(f"{KILLS} kills: {len(total.tokens)} runs, {len(total.jobs)} jobs, {len(total.secrets)} secrets, "
              f"{len(total.files)} files, {len(total.notebooks)} notebooks, {len(marks)} marks")
        assert len(total.tokens) > KILLS
    finally:
        workspace.stop()
