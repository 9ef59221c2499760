#!/usr/bin/env python3
"""What the Python shim costs: a call by ctypes, and the way from a cold start to the first submit beside databricks-sdk.

Each start is a process of its own that imports, opens a client and submits one run to the same workspace of this machine
(brickwork-local --execute=instant); what Python itself takes to start is measured too and taken off. Medians, the two sides
in turn, so that other programs on the machine disturb both. Calls are processor time of the fastest of several rounds, but
for the one that waits.
"""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHIM = ROOT / "build/venv-python/bin/python"
PEER = ROOT / "build/venv/bin/python"
ROUNDS = 6

SUBMIT_SHIM = """
import brickwork
client = brickwork.Client()
client.rest("/api/2.2/jobs/runs/submit", method="POST", body={body})
"""
SUBMIT_PEER = """
from databricks.sdk import WorkspaceClient
client = WorkspaceClient()
client.api_client.do("POST", "/api/2.2/jobs/runs/submit", body={body})
"""
BODY = {"run_name": "bench", "tasks": [{"task_key": "a", "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}}]}

CALLS = """
import ctypes, json, time, timeit
import brickwork
from brickwork import _abi
library = brickwork.load_library()
group = {"name": "g", "tasks": [{"task_key": "a"}]}
body = json.dumps({"group": group}).encode()
def once(step, number, timer=time.thread_time):
    return min(timeit.repeat(step, number=number, repeat=7, timer=timer)) / number * 1e9
spec = _abi.OpSpec(ctypes.sizeof(_abi.OpSpec), 101, 0, 0, _abi.Text(body, len(body)))
def call():
    answer = _abi.Bytes()
    library.slots["call"](None, ctypes.byref(spec), ctypes.byref(answer), None)
    library.bytes_free(ctypes.byref(answer))
client = brickwork.Client(host="http://127.0.0.1:9", environment=False, token="t")
def operation():
    try:
        client.rest("relative")
    except brickwork.BrickworkError:
        pass
print(json.dumps({
    "a slot that does nothing (error_status of NULL)": once(lambda: library.error_status(None), 100_000),
    "`call` of lint, one task, JSON text in and out": once(call, 5000),
    "brickwork.group.lint, one task, dataclasses out": once(lambda: brickwork.group.lint(group), 5000),
    "Client: start, event, poll, take, exception": once(operation, 300, time.perf_counter),
}))
"""


def environment(workspace_url, token):
    return {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "DATABRICKS_HOST": workspace_url, "DATABRICKS_TOKEN": token}


def seconds(command, **options):
    """Wall clock and processor time of a process."""
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - began, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def main():
    if not SHIM.exists():
        print("python: build/venv-python is missing; tests/python/setup makes it")
        return
    for name, ns in json.loads(subprocess.run([SHIM, "-c", CALLS], check=True, capture_output=True, text=True).stdout).items():
        print(f"python_call: {name}: {ns:,.0f} ns")

    server = subprocess.Popen([ROOT / "build/release/bin/brickwork-local", "--ephemeral", "--execute", "instant"],
                              stdout=subprocess.PIPE, text=True)
    try:
        ready = json.loads(server.stdout.readline())
        known = environment(ready["url"], Path(ready["token_file"]).read_text().strip())
        programs = {"python": [SHIM, "-c", "pass"],
                    "brickwork": [SHIM, "-c", SUBMIT_SHIM.format(body=BODY)],
                    "databricks-sdk": [PEER, "-c", SUBMIT_PEER.format(body=BODY)],
                    "import brickwork": [SHIM, "-c", "import brickwork"],
                    "import databricks.sdk": [PEER, "-c", "import databricks.sdk"]}
        times = {name: [] for name in programs}
        for _ in range(ROUNDS):
            for name, command in programs.items():
                times[name].append(seconds(command, env=known))
    finally:
        server.terminate()
        server.wait(30)
        server.stdout.close()
    # The first of each fills the page cache.
    for kind, position in (("wall clock", 0), ("processor", 1)):
        ms = {name: statistics.median(each[position] for each in taken[1:]) * 1000 for name, taken in times.items()}
        start = ms.pop("python")
        beyond = {name: value - start for name, value in ms.items()}
        print(f"python_start: {kind}: python alone {start:.0f} ms; beyond that: "
              + ", ".join(f"{name} {value:.0f} ms" for name, value in beyond.items()))
        print(f"python_start: {kind}: cold start to first submit, databricks-sdk / brickwork = "
              f"{beyond['databricks-sdk'] / beyond['brickwork']:.1f} x; imports alone "
              f"{beyond['import databricks.sdk'] / beyond['import brickwork']:.1f} x")


if __name__ == "__main__":
    sys.exit(main())
