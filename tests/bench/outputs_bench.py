#!/usr/bin/env python3
"""What it costs to learn why 500 tasks of one run failed: this library, the Databricks SDK for Python as published, and
Airflow's stock provider with its own `extract_failed_task_errors`.

One brickwork-local on loopback answers all of them and counts their requests; every answer takes 20 ms longer than it
does by itself, as one from another machine would, and once none. Each gets the same run by its id and returns all 500
errors. Our own side keeps to Databricks' documented limit of 100 requests a second and class; the others do not, so the
floor printed beside is the one of who keeps it. Medians of three, the order turned round each time.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin"))
AIRFLOW = ROOT / "build/venv-airflow/bin/python"
sys.path.insert(0, str(ROOT / "tests/abi"))
TASKS = int(os.environ.get("BRICKWORK_BENCH_TASKS", "500"))
ROUNDS = 3
BUDGET = 100

STOCK = """
import json, os, sys, time
os.environ.setdefault("AIRFLOW__LOGGING__LOGGING_LEVEL", "ERROR")
from airflow.models.connection import Connection
from airflow.providers.databricks.hooks.databricks import DatabricksHook
from airflow.providers.databricks.utils.databricks import extract_failed_task_errors
wanted = json.loads(sys.stdin.read())
hook = DatabricksHook("databricks_default", retry_limit=1)
host, port = wanted["url"].split("//")[1].split(":")
hook.databricks_conn = Connection(conn_id="databricks_default", conn_type="databricks", schema="http", host=host,
                                  port=int(port), password=wanted["token"])
hook.get_run_state(wanted["run_id"])  # what is made once is not measured
began = time.perf_counter()
info = hook.get_run(wanted["run_id"])
errors = extract_failed_task_errors(hook, info, hook.get_run_state(wanted["run_id"]))
print(json.dumps({"seconds": time.perf_counter() - began, "errors": len(errors), "warm": 1}))
"""


class Workspace:
    def __init__(self):
        python = ROOT / "build/venv/bin/python"
        self.process = subprocess.Popen([BUILD / "brickwork-local", "--port", "0", "--ephemeral", "--faults", "-",
                                         "--python", python], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url, self.token = ready["url"], Path(ready["token_file"]).read_text().strip()

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, headers={"Authorization": f"Bearer {self.token}"},
                                         data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "{}")

    def answers_take(self, milliseconds):
        late = {"path": "/api/2.*", "count": -1, "fault": {"kind": "delay", "delay_ms": milliseconds}}
        self.call("PUT", "/api/brickwork/faults", {"rules": [late] if milliseconds else []})

    def count_from_here(self):
        self.call("DELETE", "/api/brickwork/requests")

    def counted(self):
        counted = self.call("GET", "/api/brickwork/requests")
        return counted.get("total", 0)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def failed_run(workspace):
    from built import Host
    # A condition over what is no number fails with an error of its own, and starts no process.
    condition = {"op": "LESS_THAN", "left": "one", "right": "2"}
    tasks = [{"task_key": f"t{i}", "condition_task": condition} for i in range(TASKS)]
    host = Host(connection={"host": workspace.url, "environment": False, "poll_ms": 200}, token=workspace.token)
    try:
        state = host.call("group.run", {"group": {"name": "all fail", "tasks": tasks}}, timeout_ms=600_000)["state"]
    finally:
        host.close()
    assert sum(task["verdict"] == "failed" for task in state["tasks"]) == TASKS
    return state["run"]["run_id"]


def ours(workspace, run_id):
    from built import Host
    host = Host(connection={"host": workspace.url, "environment": False}, token=workspace.token)
    try:
        host.call("run.attach", {"run_id": run_id})
        workspace.count_from_here()
        began = time.perf_counter()
        outputs = host.call("run.output", {"run_id": run_id, "only_failed": True}, timeout_ms=600_000)["outputs"]
        return time.perf_counter() - began, sum(bool(output.get("error")) for output in outputs), workspace.counted()
    finally:
        host.close()


def the_sdk(workspace, run_id):
    from databricks.sdk import WorkspaceClient
    client = WorkspaceClient(host=workspace.url, token=workspace.token, auth_type="pat")
    client.jobs.get_run(run_id)
    workspace.count_from_here()
    began = time.perf_counter()
    errors = [client.jobs.get_run_output(task.run_id).error for task in client.jobs.get_run(run_id).tasks
              if task.state.result_state and task.state.result_state.value == "FAILED"]
    return time.perf_counter() - began, sum(map(bool, errors)), workspace.counted()


def stock_airflow(workspace, run_id):
    with tempfile.TemporaryDirectory() as home:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        environment |= {"AIRFLOW_HOME": home}
        workspace.count_from_here()
        request = json.dumps({"url": workspace.url, "token": workspace.token, "run_id": run_id})
        done = subprocess.run([AIRFLOW, "-c", STOCK], input=request, env=environment, capture_output=True, text=True,
                              timeout=900, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2000:])
    told = json.loads(done.stdout.splitlines()[-1])
    return told["seconds"], told["errors"], workspace.counted() - told["warm"]


def main():
    programs = {"brickwork": ours, "databricks-sdk, a loop": the_sdk}
    if AIRFLOW.exists():
        programs["stock Airflow provider"] = stock_airflow
    else:
        print("failed_task_errors: Airflow is not installed; tests/hosts/airflow/setup does it")
    workspace = Workspace()
    try:
        run_id = failed_run(workspace)
        for round_trip in (20, 0):
            measure(workspace, run_id, programs, round_trip)
    finally:
        workspace.stop()


def measure(workspace, run_id, programs, round_trip):
    workspace.answers_take(round_trip)
    results = {name: [] for name in programs}
    for turn in range(ROUNDS):
        for name, program in list(programs.items())[::1 if turn % 2 == 0 else -1]:
            results[name].append(program(workspace, run_id))
    medians = {name: statistics.median(seconds for seconds, _, _ in rounds) for name, rounds in results.items()}
    print(f"failed_task_errors: {TASKS} tasks, {round_trip} ms a round trip; at {BUDGET} requests a second beyond the "
          f"first {BUDGET} the floor is {max(0, TASKS - BUDGET) / BUDGET:.1f} s")
    for name, rounds in results.items():
        _, errors, calls = rounds[-1]
        assert errors == TASKS, (name, errors)
        ratio = "" if name == "brickwork" else f"  {medians[name] / medians['brickwork']:.1f} times ours"
        print(f"  {name:24} {medians[name]:7.2f} s  {calls:5} requests{ratio}")


if __name__ == "__main__":
    main()
